/** Recorded cases are those that were published: each folder keeps their sums, and lists all of them. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';

const plugins = resolve(import.meta.dirname, '../plugins');
const folders = readdirSync(plugins).map(name => join(plugins, name, 'golden'));
for (const folder of folders.filter(existsSync))
  t.test(`the cases of ${folder.slice(plugins.length + 1)} are as they were published`, async t => {
    const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trim().split('\n');
    const listed = Object.fromEntries(sums.map(line => line.split(/\s+/).reverse() as [string, string]));
    const files = readdirSync(folder).filter(name => name.endsWith('.json'));
    t.strictSame(files.sort(), Object.keys(listed).sort());
    for (const file of files)
      t.equal(
        createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex'),
        listed[file],
        file,
      );
  });
