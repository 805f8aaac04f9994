/** A worker process: builds a host of its own, then trains the runs that it is sent. Started by the launcher `local`. */
import { serveRuns } from '@apical/compare';
import { datasetLoader } from '@apical/run';
import { createHost } from './host.js';
import { loadPlugins } from './plugins.js';
import { createRunner } from './runner.js';

serveRuns(async ({ plugins, directory, settings }) => {
  const host = await createHost({ plugins: await loadPlugins({ names: plugins, packageJson: false }) });
  const { catalogues } = host;
  const parts = { catalogues, service: host.service, load: datasetLoader(catalogues) };
  return createRunner(parts, directory, settings);
});
