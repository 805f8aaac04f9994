/** Names under which a fast BLAS is found where nothing is said, the first first. */
const openBlas = ['libopenblas.so.0', 'libopenblasp.so.0', 'libopenblas.so'];
const mkl = ['libmkl_rt.so.2', 'libmkl_rt.so.1', 'libmkl_rt.so'];
const blis = ['libblis.so.4', 'libblis-mt.so', 'libblis.so'];
/** Often the slow reference; it is told why it is not taken. */
const general = ['libblas.so.3'];
const accelerate = '/System/Library/Frameworks/Accelerate.framework/Accelerate';
const homebrew = [
  '/opt/homebrew/opt/openblas/lib/libopenblas.dylib',
  '/usr/local/opt/openblas/lib/libopenblas.dylib',
];

export function candidates(platform: string): readonly string[] {
  if (platform === 'darwin') return [accelerate, ...homebrew];
  if (platform === 'win32') return [];
  return [...openBlas, ...mkl, ...blis, ...general];
}
/** How one is come by, in a few words. */
export const remedy = (platform: string): string =>
  platform === 'win32'
    ? 'Windows has none of its own: name a libopenblas.dll in APICAL_BLAS'
    : platform === 'darwin'
      ? '"brew install openblas", or name a library in APICAL_BLAS'
      : 'install one, as with "apt-get install libopenblas0", or name a library in APICAL_BLAS';
