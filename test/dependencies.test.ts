/** Every import rule refuses a file that breaks it: the rules themselves are tested. */
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import t from 'tap';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';

const root = resolve(import.meta.dirname, '..');
interface Rules {
  readonly forbidden: readonly { readonly name: string }[];
  readonly options: Record<string, unknown>;
}
const { default: rules } = (await import(join(root, '.dependency-cruiser.mjs'))) as { default: Rules };

/** Rule → files of a small tree that break it. */
const breaking: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'core-imports-nothing': {
    'packages/core/src/a.ts': "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;",
  },
  'only-bus-and-observers-import-rxjs': {
    'plugins/x/src/a.ts': "import { filter } from 'rxjs';\nexport const a = filter;",
  },
  'only-host-imports-inversify': {
    'packages/run/src/a.ts': "import { Container } from 'inversify';\nexport const a = Container;",
  },
  'plugins-see-core-and-numerics': {
    'plugins/x/src/a.ts': "import { b } from '../../../packages/circuit/src/b.js';\nexport const a = b;",
    'packages/circuit/src/b.ts': 'export const b = 1;',
  },
  'backends-see-kernels-too': {
    'plugins/backend-x/src/a.ts':
      "import { b } from '../../../packages/circuit/src/b.js';\nexport const a = b;",
    'packages/circuit/src/b.ts': 'export const b = 1;',
  },
  'models-see-no-replay': {
    'plugins/x/src/a.ts': "import { b } from '../golden/b.js';\nexport const a = b;",
    'plugins/x/golden/b.ts': 'export const b = 1;',
  },
  'packages-see-no-plugin': {
    'packages/run/src/a.ts': "import { b } from '../../../plugins/x/src/b.js';\nexport const a = b;",
    'plugins/x/src/b.ts': 'export const b = 1;',
  },
  'browser-code-imports-no-node-built-in': {
    'packages/circuit/src/a.ts': "import { join } from 'node:path';\nexport const a = join;",
  },
  'no-import-circles': {
    'packages/report/src/a.ts': "import { b } from './b.js';\nexport const a = () => b;",
    'packages/report/src/b.ts': "import { a } from './a.js';\nexport const b = () => a;",
  },
};
for (const { name } of rules.forbidden) {
  const direction = /^(\w+)-imports-downwards$/.exec(name)?.[1];
  if (direction === undefined) continue;
  Object.assign(breaking, {
    [name]: {
      [`packages/${direction}/src/a.ts`]: "import { b } from '../../cli/src/b.js';\nexport const a = b;",
      'packages/cli/src/b.ts': 'export const b = 1;',
    },
  });
}
async function violations(folder: string, files: Readonly<Record<string, string>>): Promise<string[]> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const { doNotFollow, exclude, tsPreCompilationDeps, enhancedResolveOptions } = rules.options;
  const options = {
    validate: true,
    ruleSet: { forbidden: rules.forbidden },
    baseDir: folder,
    doNotFollow,
    exclude,
    tsPreCompilationDeps,
  } as ICruiseOptions;
  const { output } = await cruise(
    ['packages', 'plugins'].filter(d => Object.keys(files).some(f => f.startsWith(d))),
    options,
    enhancedResolveOptions as never,
  );
  return (output as ICruiseResult).summary.violations.map(v => v.rule.name);
}
/** In a folder of its own, with the libraries that the rules name. */
async function refused(files: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'apical-rules-'));
  await mkdir(join(folder, 'node_modules'), { recursive: true });
  for (const library of ['rxjs', 'inversify'])
    await symlink(join(root, 'node_modules', library), join(folder, 'node_modules', library));
  await cp(join(root, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
  const found = await violations(folder, files);
  await rm(folder, { recursive: true });
  return found;
}
t.test('every rule is broken by its example', async t => {
  t.strictSame(
    rules.forbidden.map(r => r.name).sort(),
    Object.keys(breaking).sort(),
    'an example for each rule',
  );
  for (const [name, files] of Object.entries(breaking)) {
    const found = await refused(files);
    t.ok(found.includes(name), `${name}: ${found.join(', ') || 'nothing is refused'}`);
  }
});
t.test('a replay sees core and numerics, as the model beside it does', async t => {
  const found = await refused({
    'plugins/x/golden/a.ts': "import { b } from '../../../packages/circuit/src/b.js';\nexport const a = b;",
    'packages/circuit/src/b.ts': 'export const b = 1;',
  });
  t.ok(found.includes('plugins-see-core-and-numerics'), found.join(', ') || 'nothing is refused');
});
t.test('a circle of imported types alone is refused too', async t => {
  const found = await refused({
    'packages/report/src/a.ts': "import type { B } from './b.js';\nexport type A = B[];",
    'packages/report/src/b.ts': "import { type A } from './a.js';\nexport interface B { a: A }",
  });
  t.ok(found.includes('no-import-circles'), found.join(', ') || 'nothing is refused');
});
