/** A process that is killed at any moment, also before its first epoch, leaves a folder from which the run goes on bit for bit. APICAL_KILLS: how often. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const kills = Number(process.env['APICAL_KILLS'] ?? 4);
/** Runs the child; kills it so many ms after it began to train. Its output. */
function child(directory: string, killAfter?: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, 'child.ts');
    const options = ['--conditions=@apical/source', '--import', 'tsx', script, directory];
    const process_ = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    process_.stdout.on('data', (bytes: Buffer) => {
      const before = output.includes('training');
      output += bytes.toString();
      if (killAfter !== undefined && !before && output.includes('training'))
        setTimeout(() => process_.kill('SIGKILL'), killAfter);
    });
    process_.on('error', reject);
    process_.on('exit', () => resolve(output));
  });
}
/** Folder of the only run below. */
const folderOf = (directory: string): string => {
  const label = join(directory, 'mini', 'mini');
  return join(label, readdirSync(label)[0]!, 'seed=3');
};
t.test('a killed run goes on from its last checkpoint, bit for bit', async t => {
  const whole = t.testdir();
  const began = performance.now();
  t.match(await child(whole), /finished/);
  const duration = performance.now() - began;
  const directory = join(whole, 'killed');
  let killed = 0;
  let output = '';
  let furthest = 0;
  while (!output.includes('finished') && killed < 20 * kills) {
    output = await child(
      directory,
      killed < kills ? randomInt(1, Math.max(2, Math.ceil(duration / (3 * kills)))) : undefined,
    );
    furthest = Math.max(furthest, Number(/started (\d+)/.exec(output)?.[1] ?? 0));
    killed++;
  }
  t.ok(furthest > 0, `some went on: the last from update ${furthest}`);
  t.match(output, /finished/, `after ${killed - 1} kills`);
  const [a, b] = [folderOf(whole), folderOf(directory)];
  for (const file of ['metrics.jsonl', 'metrics.csv', 'weights.npz', 'weights.safetensors'])
    t.ok(readFileSync(join(a, file)).equals(readFileSync(join(b, file))), file);
  t.notOk(existsSync(join(b, 'checkpoint.safetensors')));
  t.notOk(existsSync(join(b, 'lease.json')));
});
