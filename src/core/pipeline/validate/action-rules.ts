import type { OptionalMember } from '../../catalog/action-types.ts'
import type { DraftAction, DraftList } from '../draft.ts'
import type { Problem } from '../problem.ts'
import { artifactProblems, findRepeatedOutputs } from './artifact-rules.ts'
import { configurationProblems } from './configuration-rules.ts'
import { invalidAction } from './invalid-action.ts'
import { createNamespaces, namespaceProblems } from './namespace-rules.ts'
import type { Scene } from './scene.ts'
import { variableProblems } from './variable-rules.ts'

/** Rules, action by action in document order. */
export function actionProblems(scene: Scene): readonly Problem[] {
  const repeatedOutputs = findRepeatedOutputs(scene)
  const namespaces = createNamespaces(scene)
  return scene.actions.flatMap((action) => [
    ...availability(scene, action),
    ...artifactProblems(scene, action, repeatedOutputs),
    ...configurationProblems(scene, action),
    ...namespaceProblems(scene, action, namespaces),
    ...variableProblems(scene, action),
    ...region(scene, action),
    ...commands(scene, action),
    ...optionalMembers(scene, action),
    ...timeout(scene, action),
  ])
}

function availability(scene: Scene, action: DraftAction): readonly Problem[] {
  if (scene.typeOf(action) !== undefined) return []
  const { category, owner, provider, version } = action.type
  const where = action.region ?? scene.context.region
  const inRegion =
    where === undefined || scene.isOpaque(where) ? '' : ` in region '${where.toUpperCase().replaceAll('-', '_')}'`
  const message = `ActionType (Category: '${category}', Provider: '${provider}', Owner: '${owner}', Version: '${version}') in action '${action.name}' is not available${inRegion}`
  return [invalidAction('A-01', message, [...action.path, 'actionTypeId'])]
}

function region({ context, isOpaque }: Scene, { type, region, name, path }: DraftAction): readonly Problem[] {
  const bound = type.category === 'Source' || type.owner === 'ThirdParty' || type.owner === 'Custom'
  if (!bound || region === undefined || isOpaque(region)) return []
  if (context.region === undefined || region === context.region) return []
  const message = `Cross-region actions are not supported for action ${name}`
  return [invalidAction('A-18', message, [...path, 'region'])]
}

function commands(scene: Scene, action: DraftAction): readonly Problem[] {
  const type = scene.typeOf(action)
  const { name, path, commands } = action
  const takesCommands = type !== undefined && type !== 'unknown' && type.accepts.includes('commands')
  if (takesCommands && (commands === undefined || (commands.items.length === 0 && !commands.open))) {
    return [invalidAction('A-19', `Action ${name} must have a non-empty commands field`, [...path, 'commands'])]
  }
  return (commands?.items ?? [])
    .filter(({ text }) => !scene.isOpaque(text) && /[\r\n]/.test(text.trimEnd()))
    .map(({ path }) =>
      invalidAction('A-19', `Action ${name} must have single-line entries in its commands field`, path),
    )
}

/** AWS knows the member for approvals only; here every action may have a timeout of its own, unless we are strict. */
function timeout({ context, isOpaque }: Scene, action: DraftAction): readonly Problem[] {
  if (context.strict !== true || !hasUnheardTimeout(action) || isOpaque(action.type.category)) return []
  const message = `The field timeoutInMinutes is not supported by action ${action.name}: it is for approval actions only`
  return [invalidAction('A-21', message, [...action.path, 'timeoutInMinutes'])]
}

export const hasUnheardTimeout = ({ hasTimeout, type }: DraftAction): boolean =>
  hasTimeout && type.category !== 'Approval'

/** Which members of the declaration are in use, and what a type must accept for it. */
const OPTIONAL_MEMBERS: readonly {
  readonly member: string
  readonly accepts: OptionalMember
  readonly used: (action: DraftAction) => boolean
}[] = [
  { member: 'commands', accepts: 'commands', used: ({ commands }) => given(commands) },
  { member: 'outputVariables', accepts: 'outputVariables', used: ({ outputVariables }) => given(outputVariables) },
  {
    member: 'outputArtifacts.files',
    accepts: 'files',
    used: ({ outputs }) => outputs.items.some(({ files }) => files),
  },
  {
    member: 'environmentVariables',
    accepts: 'environmentVariables',
    used: ({ environmentVariables }) => given(environmentVariables),
  },
  {
    member: 'environmentVariables of type SECRETS_MANAGER',
    accepts: 'secretVariables',
    used: ({ environmentVariables }) =>
      environmentVariables?.items.some(({ type }) => type === 'SECRETS_MANAGER') === true,
  },
]

const given = (list: DraftList<unknown> | undefined): boolean => list !== undefined && list.items.length > 0

function optionalMembers(scene: Scene, action: DraftAction): readonly Problem[] {
  const type = scene.typeOf(action)
  if (type === undefined || type === 'unknown') return []
  return OPTIONAL_MEMBERS.filter(({ accepts, used }) => used(action) && !type.accepts.includes(accepts)).map(
    ({ member }) =>
      invalidAction('A-20', `The field ${member} is not supported by action ${action.name}`, [
        ...action.path,
        member.split(/[ .]/)[0] ?? member,
      ]),
  )
}
