/** What activations, optimisers and data sets must do. */
import type { Activation, LoadedDataset, Optimiser } from '@apical/core';
import { splitNames } from '@apical/core';
import { emitJs, lower, parseBlock } from '@apical/equations';
import { checkForm } from './form.js';
import { firstNonFinite } from '@apical/numerics';
import { close, ensure, type Check } from './check.js';

const points = Float64Array.from({ length: 24 }, (_, i) => -4.1 + 0.37 * i);

/** Slope against central differences, away from kinks; a backward block against the whole Jacobian. */
export function activationConformance(activation: Activation): Check[] {
  const isElementwise = 'value' in activation;
  const evaluate = (text: string, x: Float64Array, d: Float64Array): Float64Array => {
    const language = {
      where: activation.name,
      choices: {},
      functions: { phi: activation },
      sites: { phi: { x: 'x', y: 'y' } },
    };
    const arrays: Record<string, Float64Array> = {
      x,
      d,
      y: new Float64Array(x.length),
      out: new Float64Array(x.length),
    };
    const scope = {
      find: (name: string) =>
        arrays[name] ? { name, extent: 'neuron' as const, data: arrays[name], units: x.length } : undefined,
      names: () => Object.keys(arrays),
    };
    emitJs(
      lower(
        parseBlock(text, language),
        scope,
        { batch: 1, units: x.length },
        activation.name,
        n => new Float64Array(n),
      ),
    )();
    return arrays.out!;
  };
  const value = (x: Float64Array): Float64Array => evaluate('y = phi(x)\nout = y', x, x);
  return [
    {
      name: `${activation.name}: backward is the transposed Jacobian times delta`,
      run() {
        const d = points.map((_, i) => Math.cos(3 * i));
        const back = evaluate('y = phi(x)\nout = phiBack(d) + 0 * y', points, d);
        const h = 1e-5;
        const want = points.map((_, j) => {
          const moved = (by: number) => value(points.map((x, i) => (i === j ? x + by : x)));
          const [up, down] = [moved(h), moved(-h)];
          return up.reduce((sum, v, i) => sum + (d[i]! * (v - down[i]!)) / (2 * h), 0);
        });
        // truncation h² and rounding 1e-16 / h
        close(activation.name, back, want, 1e-8);
      },
    },
    ...(isElementwise
      ? [
          {
            name: `${activation.name}: units do not see each other`,
            run: () => close(activation.name, value(points.slice(0, 5)), value(points).slice(0, 5), 0),
          },
        ]
      : []),
  ];
}
/** Survives JSON, and a step along a direction with default parameters moves weights along it. */
export function optimiserConformance(optimiser: Optimiser): Check[] {
  return [
    {
      name: `${optimiser.name}: first update goes along the direction and does not depend on other state`,
      run() {
        checkForm(optimiser, optimiser.state);
        const n = 6;
        const arrays: Record<string, Float64Array> = {
          w: new Float64Array(n),
          g: Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1)),
        };
        for (const [name, spec] of Object.entries(optimiser.state ?? {}))
          arrays[name] = new Float64Array(n).fill(spec.init ?? 0);
        if (optimiser.pool) arrays.pooled = arrays.g!.map(g => g * g);
        const scalars: Record<string, Float64Array> = {
          dt: Float64Array.of(1),
          batch: Float64Array.of(1),
          k: Float64Array.of(1),
        };
        for (const [name, spec] of Object.entries(optimiser.parameters))
          scalars[name] = Float64Array.of(Number(spec.value));
        const scope = {
          find: (name: string) => {
            if (arrays[name]) return { name, extent: 'neuron' as const, data: arrays[name], units: n };
            return scalars[name]
              ? { name, extent: 'scalar' as const, data: scalars[name], units: 1 }
              : undefined;
          },
          names: () => [...Object.keys(arrays), ...Object.keys(scalars)],
        };
        const language = { where: optimiser.name, choices: {}, functions: {} };
        emitJs(
          lower(
            parseBlock(optimiser.update, language),
            scope,
            { batch: 1, units: n },
            optimiser.name,
            k => new Float64Array(k),
          ),
        )();
        arrays.w!.forEach((w, i) =>
          ensure(w * arrays.g![i]! > 0, () => `weight ${i} moved by ${w} along ${arrays.g![i]!}`),
        );
      },
    },
  ];
}
/** Shapes agree, numbers are finite, no sample of one split is in another, loading again gives the same. */
export function datasetConformance(
  load: () => Promise<LoadedDataset>,
): { readonly name: string; readonly run: () => Promise<void> }[] {
  return [
    {
      name: 'splits have the shape they say, finite numbers and no sample in common',
      async run() {
        const { shape, splits, classes } = await load();
        const size = shape.reduce((a, b) => a * b, 1);
        const seen = new Map<string, string>();
        for (const name of splitNames) {
          const { inputs, labels, targets } = splits[name];
          const [count = 0, ...rest] = inputs.shape;
          ensure(count > 0, () => `${name}: no samples`);
          for (const [what, found] of [
            ['labels', labels],
            ['targets', targets],
          ] as const)
            ensure(
              found === undefined || found.shape[0] === count,
              () => `${name}: ${found!.shape[0]!} ${what} for ${count} samples`,
            );
          ensure(
            targets === undefined || firstNonFinite(targets.data) < 0,
            () => `${name}: a target is not finite`,
          );
          ensure(
            rest.reduce((a, b) => a * b, 1) === size,
            () => `${name}: samples of [${rest.join()}], stated [${shape.join()}]`,
          );
          ensure(
            firstNonFinite(inputs.data) < 0,
            () => `${name}: number ${firstNonFinite(inputs.data)} is not finite`,
          );
          if (labels)
            ensure(
              labels.data.every(l => l >= 0 && l < (classes?.length ?? 0)),
              () => `${name}: a label beyond the classes`,
            );
          for (let k = 0; k < count; k++) {
            const key = inputs.data.subarray(k * size, (k + 1) * size).join();
            const other = seen.get(key);
            ensure(other === undefined || other === name, () => `sample ${k} of ${name} is in ${other!} too`);
            seen.set(key, name);
          }
        }
      },
    },
    {
      name: 'loading again gives the same digest',
      async run() {
        const [a, b] = [await load(), await load()];
        ensure(
          a.digest === b.digest && /^[0-9a-f]{64}$/.test(a.digest),
          () => `digests ${a.digest} and ${b.digest}`,
        );
      },
    },
  ];
}
