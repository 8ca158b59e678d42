/** Operations of CodePipeline by their names, for tests that go through all of them. */
import * as sdk from '@aws-sdk/client-codepipeline'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const COMMANDS = fileURLToPath(new URL('../dist-types/commands/', import.meta.resolve('@aws-sdk/client-codepipeline')))

/** Operation of CodePipeline → exceptions without their suffix, as the SDK's declarations say `@throws`. */
export const documentedExceptions = (): ReadonlyMap<string, readonly string[]> =>
  new Map(
    readdirSync(COMMANDS)
      .filter((file) => file.endsWith('Command.d.ts'))
      .map((file) => {
        const thrown = readFileSync(`${COMMANDS}${file}`, 'utf8').matchAll(/@throws \{@link (\w+)Exception\}/g)
        const names = [...thrown].map(([, name = '']) => name).filter((name) => name !== 'CodePipelineService')
        return [file.slice(0, -'Command.d.ts'.length), names]
      }),
  )

type AnyCommand = new (input: object) => sdk.ListPipelinesCommand

/** Whatever the operation: what types know about its input and output is lost. */
export function commandOf(operation: string, input: object): sdk.ListPipelinesCommand {
  const Command = (sdk as unknown as Readonly<Record<string, AnyCommand | undefined>>)[`${operation}Command`]
  if (Command === undefined) throw new Error(`the SDK has no operation ${operation}`)
  return new Command(input)
}
