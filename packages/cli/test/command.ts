/** The command in this process: what it writes, and its exit code. */
import { main } from '../src/index.js';
import type { ExitCode } from '../src/index.js';

export interface Answer {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}
export async function apical(...argv: readonly string[]): Promise<Answer> {
  let [out, err] = ['', ''];
  const code = await main(argv, {
    out: text => void (out += text),
    err: text => void (err += text),
    live: false,
    columns: 80,
  });
  return { code, out, err };
}
/** Two schemes on 200 samples, one epoch: a moment. */
export const tiny = `name: tiny
doc: as small as it can be
task: classification
dataset: yin-yang
network: { hidden: [5], activation: tanh }
train: { epochs: 2, batch: 20, limit: 200, eta: 0.1 }
schemes:
  bp: {}
  fa: {}
  frozen: {}
baseline: bp
seeds: 2
`;
/** An observer that ends the process of a run at its first epoch, and one that throws before it. */
export const dangerous = `
const nothing = source => new source.constructor(() => undefined);
const observer = (name, react) => ({
  name, doc: 'for a test', options: {},
  observe(events, run) {
    return events.pipe(source => {
      source.subscribe(event => react(event, run));
      return nothing(source);
    });
  },
});
export default {
  name: 'dangerous', api: 1,
  contributes: { Observer: [
    observer('exits', (event, run) => {
      if (event.kind === 'epoch-ended' && event.epoch === 1 && run.id.scheme === 'fa') process.exit(9);
    }),
    observer('quiet', () => undefined),
  ] },
};
`;
