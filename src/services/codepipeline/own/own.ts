/**
 * What AWS's API has no word for, said about pipelines over `POST /_pipewright/codepipeline/<Operation>`: JSON in, JSON out,
 * signed with SigV4 for the service `pipewright`. The table is the list of operations; each is a file of this folder.
 */
import { isRecord, checkMembersOf } from '../../../core/pipeline/shape.ts'
import { ServiceError, type Authorizer, type Call } from '../../../wire/wire.ts'
import type { CodePipelineDependencies } from '../dependencies.ts'
import { validation } from '../errors.ts'
import type { OwnOperation } from './define.ts'
import { explain } from './explain.ts'
import { EXTENSIONS } from './extensions.ts'
import { getTimings } from './get-timings.ts'
import { listPipelineOverviews } from './list-pipeline-overviews.ts'

const OPERATIONS: Readonly<Record<string, OwnOperation>> = {
  Explain: explain,
  GetTimings: getTimings,
  ListPipelineOverviews: listPipelineOverviews,
  ...EXTENSIONS,
}

export interface OwnApi {
  /**
   * @param body JSON object, or nothing for `{}`
   * @returns the operation's result, or `{ __type, message }` with the status of the error. Rejects only for bugs.
   */
  call(body: Uint8Array, call: Call): Promise<{ readonly statusCode: number; readonly body: object }>
}

export type OwnDependencies = CodePipelineDependencies & { readonly auth: Pick<Authorizer, 'authorize'> }

export const createOwnApi = (dependencies: OwnDependencies, operations = OPERATIONS): OwnApi => ({
  call: async (body, call) => {
    try {
      return { statusCode: 200, body: await perform(dependencies, operations, body, call) }
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      return { statusCode: error.statusCode, body: { __type: error.code, message: error.message, ...error.fields } }
    }
  },
})

async function perform(
  dependencies: OwnDependencies,
  operations: Readonly<Record<string, OwnOperation>>,
  body: Uint8Array,
  call: Call,
): Promise<object> {
  const isThere = (name: string): boolean => !(dependencies.strict === true && operations[name]?.isExtension === true)
  const named = Object.hasOwn(operations, call.operation) ? operations[call.operation] : undefined
  const operation = isThere(call.operation) ? named : undefined
  if (operation === undefined) {
    const why = named === undefined ? '' : ': this server is strict (--strict), and it is not on AWS'
    const names = Object.keys(operations).filter(isThere).sort()
    const message = `There is no operation ${call.operation}${why}. There are: ${names.join(', ')}`
    throw new ServiceError('UnknownOperationException', message, { statusCode: 404 })
  }
  const input = parse(body)
  // permission before shape, as the service's own operations have it
  const resources = [operation.resource(input, call)]
  await dependencies.auth.authorize({ principal: call.principal, action: operation.action, resources, call })
  const problem = checkMembersOf(operation.members, input)
  if (problem !== undefined) throw validation(problem)
  return await operation.handle(dependencies, input as never, call)
}

/** @throws SerializationException */
function parse(body: Uint8Array): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {}
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    if (isRecord(value)) return value
  } catch {
    // said below
  }
  throw new ServiceError('SerializationException', 'The body is not a JSON object')
}
