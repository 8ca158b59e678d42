/** Between the API's pipeline structure and the declaration that is stored. */
import type { PipelineDeclaration as ApiPipelineDeclaration } from '@aws-sdk/client-codepipeline'
import type { CustomTypes } from '../../core/catalog/action-types.ts'
import type { PipelineKey, SourceRevisionOverride } from '../../core/execution/execution.ts'
import type { ActionTypeId, PipelineDeclaration } from '../../core/pipeline/declaration.ts'
import { normalisePipeline } from '../../core/pipeline/normalise.ts'
import { roleProblem, rolesOf, type TrustOf } from '../../core/pipeline/role-trust.ts'
import { maskSecrets } from '../../core/pipeline/secrets.ts'
import { checkStart, requiredVariables, type StartInput } from '../../core/pipeline/start.ts'
import { firstError, validatePipeline } from '../../core/pipeline/validate.ts'
import { ServiceError } from '../../wire/wire.ts'
import { customTypes } from './action-types.ts'
import { limitsOf, type CodePipelineDependencies } from './dependencies.ts'
import { validation } from './errors.ts'

/**
 * Checks a structure whose shape is right and fills in the defaults.
 * @param previous the stored version that it replaces: its secrets stand behind `****`
 * @throws the first violation in the order of `spec` 1.3
 */
export async function normalised(
  dependencies: CodePipelineDependencies,
  key: PipelineKey,
  input: ApiPipelineDeclaration | undefined,
  previous: PipelineDeclaration | undefined,
): Promise<{ readonly declaration: PipelineDeclaration; readonly custom: CustomTypes }> {
  const custom = await customTypes(dependencies.store.read.resources, key, typeIds(input as PipelineDeclaration))
  const error = firstError(
    validatePipeline(input, {
      account: key.account,
      region: key.region,
      actionTypes: (id, region) => (region === undefined || region === key.region ? custom(id) : undefined),
      ...(previous && { previous }),
      configurationValueLimit: limitsOf(dependencies).configurationValueLength,
      strict: dependencies.strict ?? false,
    }),
  )
  if (error !== undefined) throw new ServiceError(error.exception, error.message)
  const version = (previous?.version ?? 0) + 1
  const declaration = normalisePipeline(input, { version, customTypes: custom, ...(previous && { previous }) })
  const problem = roleProblem(declaration, await trustsOf(dependencies, rolesOf(declaration)))
  if (problem !== undefined) throw new ServiceError('InvalidStructureException', problem)
  return { declaration, custom }
}

/** The members of IAM's role record that matter here. */
interface Role {
  readonly arn: string
  readonly trust: string
}

async function trustsOf({ store }: CodePipelineDependencies, arns: readonly string[]): Promise<TrustOf> {
  const known = new Map<string, string>()
  for (const arn of arns) {
    const [, , , , account = '', resource = ''] = arn.split(':')
    const key = {
      account,
      region: '',
      service: 'iam',
      type: 'role',
      name: resource.slice(resource.lastIndexOf('/') + 1),
    }
    const role = (await store.read.resources.get<Role>(key))?.document
    if (role?.arn === arn) known.set(arn, role.trust)
  }
  return (arn) => known.get(arn)
}

/** What reads return: secrets masked. */
export const declarationView = (declaration: PipelineDeclaration, custom: CustomTypes): ApiPipelineDeclaration =>
  maskSecrets(declaration, custom) as ApiPipelineDeclaration

/** Deleted types included: what was a secret stays one. */
export const typesForMasking = (
  { store }: CodePipelineDependencies,
  key: PipelineKey,
  declaration: PipelineDeclaration,
): Promise<CustomTypes> => customTypes(store.read.resources, key, typeIds(declaration), { deleted: true })

const typeIds = ({ stages }: PipelineDeclaration): readonly ActionTypeId[] =>
  stages.flatMap(({ actions }) => actions.map(({ actionTypeId }) => actionTypeId))

/** The variables of a start without a caller; `undefined` when one of them has no value. */
export const startValues = (declaration: PipelineDeclaration): Readonly<Record<string, string>> | undefined =>
  requiredVariables(declaration).length > 0 ? undefined : checkedStart(declaration, {}).variables

/** What a caller asks for at a start, in the SDK's words. */
interface ApiStart {
  readonly variables?: readonly { name: string | undefined; value: string | undefined }[] | undefined
  readonly sourceRevisions?:
    | readonly { [Member in keyof SourceRevisionOverride]: SourceRevisionOverride[Member] | undefined }[]
    | undefined
}

/** @throws ValidationException */
export function checkedStart(
  declaration: PipelineDeclaration,
  { variables, sourceRevisions = [] }: ApiStart,
): {
  readonly variables: Readonly<Record<string, string>>
  readonly sourceRevisions: readonly SourceRevisionOverride[]
} {
  // The shape check has seen to it that every member is there.
  const overrides = sourceRevisions as readonly SourceRevisionOverride[]
  const check = checkStart(declaration, { variables: variables as StartInput['variables'], sourceRevisions: overrides })
  if ('message' in check) throw validation(check.message)
  return {
    variables: Object.fromEntries(check.resolvedVariables.map(({ name, resolvedValue }) => [name, resolvedValue])),
    sourceRevisions: overrides,
  }
}
