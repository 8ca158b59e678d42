/** Puts the values that are known now into an action's configuration, commands and environment variables. */
import type { ActionDeclaration } from '../pipeline/declaration.ts'
import {
  resolveConfiguration,
  resolveText,
  tooLargeMessage,
  unresolvedMessage,
  type Lookup,
  type TooLarge,
  type Unresolved,
} from '../variables/resolve.ts'
import { own } from './record.ts'
import type { ErrorDetails, PipelineExecution } from './state.ts'

export interface ResolvedAction {
  /** as declared when something cannot be resolved */
  readonly configuration: Readonly<Record<string, string>>
  readonly commands?: readonly string[]
  readonly environmentVariables?: readonly { readonly name: string; readonly value: string; readonly type: string }[]
  /** why the action fails without having started */
  readonly error?: ErrorDetails
}

/** Rules have a configuration and commands too. */
export type Resolvable = Pick<ActionDeclaration, 'configuration' | 'commands' | 'environmentVariables'>

export function resolveAction(execution: PipelineExecution, action: Resolvable): ResolvedAction {
  const lookup = lookupIn(execution)
  const configured = resolveConfiguration(action.configuration, lookup)
  if (!('configuration' in configured)) return failed(action, configured)
  const commands: string[] = []
  for (const text of action.commands ?? []) {
    const command = resolveText(text, lookup)
    if (!('value' in command)) return failed(action, command)
    commands.push(command.value)
  }
  const environmentVariables: { name: string; value: string; type: string }[] = []
  for (const { name, value, type = 'PLAINTEXT' } of action.environmentVariables ?? []) {
    const text = resolveText(value, lookup)
    if (!('value' in text)) return failed(action, text)
    environmentVariables.push({ name, value: text.value, type })
  }
  return {
    configuration: configured.configuration,
    ...(action.commands === undefined ? {} : { commands }),
    ...(action.environmentVariables === undefined ? {} : { environmentVariables }),
  }
}

/** `codepipeline` and `variables` are reserved: no action can have them as its namespace where they mean something else. */
const lookupIn =
  ({ id, variables, outputs }: PipelineExecution): Lookup =>
  (namespace, key) => {
    if (namespace === 'codepipeline') return key === 'PipelineExecutionId' ? id : undefined
    const values = own(outputs, namespace) ?? (namespace === 'variables' ? variables : undefined)
    return values === undefined ? undefined : own(values, key)
  }

const failed = ({ configuration }: Resolvable, problem: Unresolved | TooLarge): ResolvedAction => ({
  configuration,
  error: {
    code: 'ConfigurationError',
    message: 'unresolved' in problem ? unresolvedMessage(problem.unresolved) : tooLargeMessage(),
  },
})
