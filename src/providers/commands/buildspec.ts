import type { ActionOrder } from '../../core/execution/execution.ts'

/** An output that declares no files is everything the commands left behind. */
const EVERYTHING = ['**/*']

/** The buildspec that a Commands action stands for. The same order always gives the same text: it is part of the build's identity. */
export function buildspecOf({ commands = [], exportedVariables = [], outputFiles = {}, action }: ActionOrder): string {
  const [output] = action.outputArtifacts
  return JSON.stringify({
    version: '0.2',
    ...(exportedVariables.length > 0 && { env: { 'exported-variables': exportedVariables } }),
    phases: { build: { commands } },
    ...(output !== undefined && { artifacts: { files: outputFiles[output.name] ?? EVERYTHING } }),
  })
}
