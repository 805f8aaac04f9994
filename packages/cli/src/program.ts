/** The `apical` command: what it understands, and the help that teaches it. */
import { createRequire } from 'node:module';
import { Command, InvalidArgumentError } from 'commander';
import { bench, type BenchGiven } from './commands/bench.js';
import { compare, type CompareOptions } from './commands/compare.js';
import { complete, completion, shells } from './commands/completion.js';
import { fetchData, listData, whereData } from './commands/data.js';
import { list } from './commands/list.js';
import { exportRun, type ExportOptions } from './commands/export.js';
import { report, type ReportOptions } from './commands/report.js';
import { run, type RunOptions } from './commands/run.js';
import { schema } from './commands/schema.js';
import { show, type ShowOptions } from './commands/show.js';
import { verify } from './commands/verify.js';
import { Context, type GlobalOptions } from './context.js';
import { exitCodes, tellError, type ExitCode } from './errors.js';
import type { Terminal } from './terminal.js';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };
const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map(line => `  ${line}`).join('\n')}\n`;
const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
const listed = (value: string, before: readonly string[]): readonly string[] => [
  ...before,
  ...value.split(',').filter(Boolean),
];
function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('give a number above 0.');
  return value;
}
function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('give a whole number, 0 or more.');
  return value;
}
const overridesHelp = `
Overrides:
  key=value              seed=3  seeds=10  schemes=bp,fa  train.epochs=20
  a.b.c=value            schemes.fa.plasticity.forward.optimiser.parameters.eta=0.1
  group=option           task=mnist  network=mlp-30: another file of the group
  defaults.group=option  defaults.scheme=pal: the same, where scheme=fa means a scheme of the experiment
  +key=value, ~key       add a key, take one away
`;

const rerunsHelp = `
What a result rests on:
  --halve-dt   every run of a scheme that knows time once more with dt/2 and the same milliseconds: three times the work in all
  --rounding   one run a scheme once more on the reference backend, which is slow: how far does rounding alone carry?
`;
const benchHelp = `
Workloads:
  gemm-BxNxM    a layer's drive for B samples        gemv-NxM   the same for one sample
  ger-NxM       a weight update from one sample      tanh, exp, normals   10⁴ numbers
  bp-…          BP: a training step of a network     leaky-…, microcircuit-…   online learning, one sample a step
How to read it:
  limit compute  arithmetic would take longest at the peak of plain 128-bit SIMD; % is of its GFLOP/s
  limit memory   reading and writing would; % is of the GB/s of the smallest memory that holds the data
  Wider vectors or fused multiply-add can be above 100 %. Other work on the machine lowers all figures: see the load.
`;

/** Runs one command line (without `node` and the script's name); answers the exit code. Never throws. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  let context: Context | undefined;
  const program = new Command('apical');
  /** Makes a context of the global options, and keeps the exit code. */
  const with_ =
    <A extends unknown[]>(work: (context: Context, ...given: A) => ExitCode | Promise<ExitCode>) =>
    async (...given: A): Promise<void> => {
      context = new Context(program.opts<GlobalOptions>(), terminal);
      code = await work(context, ...given);
    };
  describe(program, with_);
  const settings = (command: Command): void => {
    command
      .exitOverride()
      .configureOutput({ writeOut: text => terminal.out(text), writeErr: text => terminal.err(text) })
      .showHelpAfterError(`(${['apical', ...pathOf(command)].join(' ')} --help teaches)`)
      .showSuggestionAfterError(true);
    command.commands.forEach(settings);
  };
  settings(program);
  try {
    if (argv.length === 0) terminal.out(program.helpInformation() + introduction);
    else await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    code = tellError(terminal, error, program.opts<GlobalOptions>().debug);
  } finally {
    await context?.dispose();
  }
  return code;
}
const pathOf = (command: Command): string[] =>
  command.parent ? [...pathOf(command.parent), command.name()] : [];

const introduction = `${examples(
  'apical compare experiment/demo            schemes × seeds → a table and a report',
  'apical run experiment/demo schemes=bp     one run',
  'apical show scheme bp                     what a scheme is made of',
  'apical list datasets                      what a config may name',
)}
Exit codes: 0 done, 2 wrong usage or config (before anything is computed), 3 some runs failed, 130 interrupted.
`;

type With = <A extends unknown[]>(
  work: (context: Context, ...given: A) => ExitCode | Promise<ExitCode>,
) => (...given: A) => Promise<void>;

function describe(program: Command, with_: With): void {
  program
    .description('Credit-assignment research: compose models, write learning rules, compare schemes.')
    .version(version)
    .option('--plugin <name>', 'load a plugin: a package or a path (repeatable)', collect, [])
    .option('--runs <folder>', 'where run folders go', 'runs')
    .option('--quiet', 'results and warnings only', false)
    .option('--json', 'results as JSON on standard output', false)
    .option('--debug', 'stack traces of errors', false)
    .addHelpText('after', introduction);
  describeRuns(program, with_);
  describeLooking(program, with_);
}
function describeRuns(program: Command, with_: With): void {
  program
    .command('run')
    .summary('train one run')
    .description('Trains one run, or goes on with it. A run that was finished before is not run again.')
    .argument('<experiment>', 'a config: experiment/demo, or a path such as ./mine.yaml')
    .argument('[overrides...]', 'key=value')
    .option('-m, --multirun', 'all runs: schemes, seeds, and values given as lists or ranges', false)
    .option('--workers <n>', 'with -m: worker processes, 0 for one on each core', wholeNumber, 0)
    .option('--launcher <name>', 'with -m: where runs execute (apical list launchers)', 'local')
    .option('--fail-fast', 'with -m: stop when a run fails', false)
    .option('--force', 'begin again what is finished', false)
    .option('--no-report', 'write no report.html into the run folder')
    .addHelpText(
      'after',
      overridesHelp +
        examples(
          'apical run experiment/demo schemes=bp',
          'apical run experiment/demo schemes=fa seed=3 train.epochs=50',
          'apical run ./mine.yaml -m train.eta=0.01,0.03,0.1',
        ),
    )
    .action(
      with_((context, target: string, overrides: string[], options: RunOptions) =>
        run(context, target, overrides, options),
      ),
    );
  program
    .command('compare')
    .summary('schemes × seeds → table and report')
    .description(
      'Runs all schemes of an experiment on all its seeds, paired by seed, and tells how they differ from the baseline. ' +
        'Finished runs are not run again; interrupted ones go on.',
    )
    .argument('<experiment>', 'a config: experiment/demo, or a path such as ./mine.yaml')
    .argument('[overrides...]', 'key=value')
    .option('--report <file>', 'the report; default: report.html in the experiment’s folder')
    .option('--figures <folder>', 'also write every figure as SVG, Vega-Lite and CSV')
    .option('--markdown', 'the table as Markdown', false)
    .option(
      '--workers <n>',
      'worker processes, 0 for one on each core; results do not depend on it',
      wholeNumber,
      0,
    )
    .option('--launcher <name>', 'where runs execute (apical list launchers)', 'local')
    .option('--fail-fast', 'stop when a run fails', false)
    .option('--force', 'begin again what is finished', false)
    .option(
      '-m, --multirun',
      'one comparison for every combination of values given as lists or ranges',
      false,
    )
    .option('--halve-dt', 'also run schemes that are integrated in time with half the time step', false)
    .option('--rounding', 'also run the first seed of every scheme on another backend (reference)', false)
    .addHelpText(
      'after',
      overridesHelp +
        rerunsHelp +
        examples(
          'apical compare experiment/demo',
          'apical compare experiment/demo schemes=bp,fa,dfa seeds=10 --report report.html',
          'apical compare experiment/demo -m train.batch=10,100',
        ),
    )
    .action(
      with_((context, target: string, overrides: string[], options: CompareOptions) =>
        compare(context, target, overrides, options),
      ),
    );
}
function describeLooking(program: Command, with_: With): void {
  program
    .command('show')
    .summary('a part, a config or a circuit')
    .description(
      'Shows equations, symbols and slots of a part; the config of an experiment; or the circuit it builds.',
    )
    .argument(
      '<kind>',
      'config, circuit, scheme, rule, neuron, optimiser, activation, dataset, task, probe, observer, …',
    )
    .argument('[name]', 'of the part or experiment')
    .argument('[overrides...]', 'for config and circuit: key=value')
    .option('--resolve', 'config: after composition (always so)', false)
    .option('--origin', 'config: the file and line every value came from', false)
    .option('--nondefault', 'config: only what differs from the defaults', false)
    .option('--latex', 'equations as LaTeX', false)
    .option('--audit', 'scheme: plausibility, computed from what it reads and ties', false)
    .addHelpText(
      'after',
      examples(
        'apical show scheme fa',
        'apical show rule delta --latex',
        'apical show config experiment/demo --origin',
        'apical show circuit experiment/demo schemes=bp',
      ),
    )
    .action(
      with_((context, kind: string, name: string | undefined, overrides: string[], options: ShowOptions) =>
        show(context, kind, name, overrides, options),
      ),
    );
  program
    .command('list')
    .summary('what configs may name')
    .description('Lists experiments, plugins, or the parts of a kind with the plugin that brought them.')
    .argument(
      '[kind]',
      'experiments, plugins, schemes, rules, neurons, datasets, tasks, probes, …; default: all parts',
    )
    .addHelpText('after', examples('apical list schemes', 'apical list experiments', 'apical list plugins'))
    .action(with_((context, kind: string | undefined) => list(context, kind)));
  program
    .command('verify')
    .summary('replay golden cases')
    .description('Replays recorded numbers of the authors’ own code through the schemes that are loaded.')
    .argument('[paths...]', 'case files or folders; default: those of the loaded plugins')
    .option('--backend <name>', 'where numbers live (apical list backends)', 'reference')
    .addHelpText(
      'after',
      examples('apical verify', 'apical verify plugins/bp/golden', 'apical verify --backend wasm'),
    )
    .action(
      with_((context, paths: string[], options: { backend: string }) =>
        verify(context, paths, options.backend),
      ),
    );
  program
    .command('bench')
    .summary('how fast the backends are on this machine')
    .description(
      'Times single operations and whole training steps on every backend, in float32 and float64, and tells what share ' +
        'of the machine’s measured peak they reach. Backends take turns in short rounds; medians are told.',
    )
    .option('--seconds <n>', 'for each workload, precision and backend', positive, 0.3)
    .option('--backend <names>', 'only these, separated by commas (repeatable); default: all', listed, [])
    .option('--wall', 'time on the wall instead of CPU time: for a BLAS with several threads', false)
    .option('--only <text>', 'only workloads with this text in their name', '')
    .option('--dtype <names>', 'only float32 or float64', listed, [])
    .addHelpText(
      'after',
      benchHelp +
        examples(
          'apical bench',
          'apical bench --backend wasm,blas --only bp --seconds 2',
          'apical bench --json > bench.json',
        ),
    )
    .action(with_((context, options: BenchGiven) => bench(context, options)));
  const data = program
    .command('data')
    .summary('data sets: list, fetch, where')
    .description('Data sets and their files.');
  data
    .command('list')
    .description('Lists data sets, and whether their files are on disk.')
    .action(with_(context => listData(context)));
  data
    .command('fetch')
    .description('Downloads the files of data sets into the cache; digests are checked.')
    .argument('<names...>', 'of data sets')
    .addHelpText('after', examples('apical data fetch mnist'))
    .action(with_((context, names: string[]) => fetchData(context, names)));
  data
    .command('where')
    .description('Folders in which files of data sets are looked for, in order.')
    .action(with_(context => whereData(context)));
  program
    .command('report')
    .summary('a report again, from its folder')
    .description(
      'Writes the report of a run folder, or of all runs in the folder of an experiment, without training.',
    )
    .argument('<folder>', 'runs/demo, or runs/demo/bp/HASH/seed=0')
    .option('--html <file>', 'default: report.html in the folder')
    .option('--figures <folder>', 'also write every figure as SVG, Vega-Lite and CSV')
    .option('--markdown', 'the table as Markdown', false)
    .addHelpText('after', examples('apical report runs/demo --html report.html'))
    .action(with_((context, folder: string, options: ReportOptions) => report(context, folder, options)));
  program
    .command('export')
    .summary('a finished run as arrays, with a script that repeats it in numpy')
    .description(
      'Writes the first and last weights of a run, its data as they were presented and the order of its samples into one ' +
        '.npz file, and beside it, for networks whose programs are phases and sweeps, a Python script that repeats the run ' +
        'with numpy alone and prints how far it ends from it.',
    )
    .argument('<folder>', 'runs/demo/bp/HASH/seed=0')
    .option('--to <file>', 'default: export.npz in the folder')
    .addHelpText(
      'after',
      examples('apical export runs/demo/bp/HASH/seed=0', 'python runs/demo/bp/HASH/seed=0/export.py'),
    )
    .action(with_((context, folder: string, options: ExportOptions) => exportRun(context, folder, options)));
  program
    .command('schema')
    .summary('JSON Schema of configs, for editors')
    .description('Prints the JSON Schema of experiment configs with the names that are loaded.')
    .addHelpText('after', examples('apical schema > apical.schema.json'))
    .action(with_(context => schema(context)));
  program
    .command('completion')
    .summary('completion for a shell')
    .description('Prints a completion script.')
    .argument('<shell>', shells.join(', '))
    .addHelpText('after', examples('eval "$(apical completion bash)"'))
    .action(with_((context, shell: string) => completion(context, shell)));
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(
      with_((context, words: string[]) => {
        const names = program.commands.map(c => c.name()).filter(n => n !== 'complete');
        return complete(context, words, names);
      }),
    );
}
