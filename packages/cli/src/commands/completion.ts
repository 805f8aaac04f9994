/** `apical completion`: a script for the shell, which asks `apical complete` for the words that fit. */
import { ApicalError } from '@apical/core';
import { configRoots, type Context } from '../context.js';
import { exitCodes, type ExitCode } from '../errors.js';

const scripts: Readonly<Record<string, string>> = {
  bash: `# apical: put this into ~/.bashrc:  eval "$(apical completion bash)"
_apical() {
  local IFS=$'\\n'
  COMPREPLY=($(apical complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[=/] ]] && compopt -o nospace
}
COMP_WORDBREAKS=\${COMP_WORDBREAKS//[=:]/}
complete -o default -F _apical apical
`,
  zsh: `#compdef apical
# apical: put this into ~/.zshrc, after compinit:  eval "$(apical completion zsh)"
_apical() {
  local -a found
  found=("\${(@f)$(apical complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -S '' -- $found
  _files
}
compdef _apical apical
`,
  fish: `# apical: put this into ~/.config/fish/completions/apical.fish:  apical completion fish > …
complete -c apical -a '(apical complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};
export const shells: readonly string[] = Object.keys(scripts);

export function completion(context: Context, shell: string): ExitCode {
  const script = scripts[shell];
  if (script === undefined)
    throw new ApicalError(
      'APICAL_USAGE',
      `no completion for "${shell}"; there is one for ${shells.join(', ')}`,
    );
  context.out(script);
  return exitCodes.done;
}
/** What is most often said of training. */
const trainKeys = ['epochs', 'epochSamples', 'batch', 'eta', 'program', 'before.program', 'before.updates'];
/** Words that fit after `words`, the last of which is being typed. */
export async function complete(
  context: Context,
  words: readonly string[],
  commands: readonly string[],
): Promise<ExitCode> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1).filter(w => !w.startsWith('-'));
  const fitting = (await choices(context, before, commands)).filter(c => c.startsWith(typed));
  if (fitting.length) context.out(fitting.join('\n'));
  return exitCodes.done;
}
async function choices(
  context: Context,
  [command, ...rest]: readonly string[],
  commands: readonly string[],
): Promise<readonly string[]> {
  if (command === undefined) return commands;
  if (command === 'completion') return shells;
  if (command === 'data' && rest.length === 0) return ['list', 'fetch', 'where'];
  const host = await context.host();
  const experiments = (): string[] => host.experiments(configRoots()).map(e => e.name);
  if (command === 'run' || command === 'compare')
    return rest.length === 0
      ? experiments()
      : ['schemes=', 'seeds=', 'seed=', ...trainKeys.map(key => `train.${key}=`)];
  if (command === 'data') return host.parts('dataset').map(p => p.name);
  if (command === 'list') return [...host.kinds, 'plugins', 'experiments'];
  if (command !== 'show') return [];
  const [kind] = rest;
  if (kind === undefined) return ['config', 'circuit', ...host.kindWords];
  return kind === 'config' || kind === 'circuit' ? experiments() : host.parts(kind).map(p => p.name);
}
