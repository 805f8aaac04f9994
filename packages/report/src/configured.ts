/** Figures that a config asks for. */
import type { ExperimentConfig } from '@apical/core';
import { ApicalError } from '@apical/core';
import type { FigurePlan, Scene } from './figure.js';
import { asLayer, layerFigure } from './layers.js';
import { referencePoints } from './references.js';
import { scatterFigure } from './scatter.js';

/** Undefined for a figure of something that no run told: a run that was cut short, say. Throws `APICAL_FIGURE`. */
export function configuredFigures(
  scene: Scene,
  experiment: Pick<ExperimentConfig, 'figures' | 'reference'>,
): readonly (FigurePlan | undefined)[] {
  return (experiment.figures ?? []).map(figure => {
    const { kind = 'lines', of, title, axis, unit = '', band = 'interval', scale, caption = '' } = figure;
    const [probe = '', name = '', ...more] = of.split('/');
    if (name === '' || more.length > 0)
      throw new ApicalError(
        'APICAL_FIGURE',
        `a figure is of "${of}"; give the label of a probe and the name of its row, as in feedback/angle-weights`,
      );
    if (kind === 'scatter') return scatterFigure(scene, figure);
    return layerFigure(asLayer(scene, probe, name), {
      probe,
      name,
      title: title ?? of,
      axis: axis ?? name,
      unit: /^(°|degrees?|deg)$/.test(unit) ? '°' : unit,
      caption,
      band,
      log: scale === 'log',
      references: referencePoints(experiment, of),
    });
  });
}
