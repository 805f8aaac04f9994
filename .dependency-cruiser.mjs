// The import direction of ARCHITECTURE.md, as rules. test/dependencies.test.ts breaks each of them on purpose.
const packages = names => `^packages/(${names.join('|')})/src`;
/** Package → packages it may import. What a rule of its own forbids is not repeated here. */
const may = {
  core: [],
  equations: ['core'],
  numerics: ['core'],
  bus: ['core'],
  config: ['core'],
  kernels: ['core', 'equations', 'numerics'],
  data: ['core', 'numerics'],
  circuit: ['core', 'equations', 'numerics', 'kernels'],
  schemes: ['core', 'circuit'],
  numpy: ['core', 'equations', 'circuit'],
  testing: ['core', 'equations', 'numerics', 'kernels', 'circuit', 'schemes'],
  bench: ['core', 'equations', 'numerics', 'kernels', 'circuit', 'schemes'],
  run: ['core', 'equations', 'numerics', 'kernels', 'data', 'circuit', 'schemes', 'config', 'bus'],
  compare: ['core', 'numerics', 'run', 'config'],
  report: ['core', 'numerics'],
};
const directions = Object.entries(may).map(([name, allowed]) => ({
  name: `${name}-imports-downwards`,
  severity: 'error',
  from: { path: packages([name]) },
  to: { path: '^packages/', pathNot: [packages([name, ...allowed]), 'node_modules'] },
}));
const pure = ['core', 'equations', 'numerics', 'kernels', 'circuit', 'schemes'];

export default {
  forbidden: [
    ...directions,
    {
      name: 'core-imports-nothing',
      severity: 'error',
      from: { path: packages(['core']) },
      to: { pathNot: packages(['core']), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-bus-and-observers-import-rxjs',
      severity: 'error',
      from: {
        path: '^(packages|plugins)/[^/]+/src',
        pathNot: '^(packages/(bus|core)|plugins/observers)/src',
      },
      to: { path: 'node_modules/rxjs', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-host-imports-inversify',
      severity: 'error',
      from: { path: '^(packages|plugins)/', pathNot: '^packages/host/' },
      to: { path: 'node_modules/inversify' },
    },
    {
      name: 'plugins-see-core-and-numerics',
      severity: 'error',
      from: { path: '^plugins/[^/]+/(src|golden)/', pathNot: '^plugins/backend-[^/]+/src' },
      to: { path: '^packages/', pathNot: packages(['core', 'numerics']) },
    },
    {
      name: 'backends-see-kernels-too',
      severity: 'error',
      from: { path: '^plugins/backend-[^/]+/src' },
      to: { path: '^packages/', pathNot: packages(['core', 'equations', 'numerics', 'kernels']) },
    },
    {
      name: 'models-see-no-replay',
      severity: 'error',
      from: { path: '^plugins/[^/]+/src' },
      to: { path: '^plugins/[^/]+/golden/' },
    },
    {
      name: 'packages-see-no-plugin',
      severity: 'error',
      from: { path: '^packages/[^/]+/src' },
      to: { path: '^plugins/' },
    },
    {
      name: 'browser-code-imports-no-node-built-in',
      severity: 'error',
      from: {
        path: `${packages(pure)}|^plugins/(standard|bp|fa|probes-alignment|probes-representation|tasks|datasets-synthetic)/src`,
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      // type-only imports included: two files that name each other's types are one file in two pieces
      name: 'no-import-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // a plain "/dist/" would also leave out node_modules/rxjs/dist, and with it the rule above
    exclude: { path: '^(packages|plugins)/[^/]+/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.test.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@apical/source', 'import', 'node', 'default'],
    },
  },
};
