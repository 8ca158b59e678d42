import { NormalizedSchema, TypeRegistry } from '@smithy/core/schema'
import type { StaticErrorSchema } from '@smithy/types'
import type { ServiceError } from '../service-error.ts'
import type { Answering, WireError } from './protocol.ts'
import type { Dialect } from './dialects.ts'

/**
 * How an error goes on the wire: the dialect's spelling of common codes, and for errors the service's model knows, the
 * model's code and status (a thrown status other than the default 400 wins).
 */
export function wireError(error: ServiceError, dialect: Dialect, answering: Answering): WireError {
  const traits = modelledTraits(error.code, answering)
  const status = (usual: number): number => (error.statusCode === 400 ? usual : error.statusCode)
  if (traits === undefined) {
    const renamed = dialect.rename[error.code]
    return renamed === undefined
      ? { code: error.code, statusCode: error.statusCode }
      : { code: renamed.code, statusCode: status(renamed.statusCode) }
  }
  const [queryCode, queryStatus] = traits.awsQueryError ?? []
  return { code: queryCode ?? error.code, statusCode: status(queryStatus ?? traits.httpError ?? 400) }
}

interface ErrorTraits {
  readonly httpError?: number
  readonly awsQueryError?: readonly [string, number]
}

function modelledTraits(code: string, { service }: Answering): ErrorTraits | undefined {
  const schema = service && modelledError(service.namespace, code)
  return schema && (NormalizedSchema.of(schema).getMergedTraits() as ErrorTraits)
}

/** Query errors travel without the `Exception` their shapes are named with, and handlers may use either name. */
function modelledError(namespace: string, code: string): StaticErrorSchema | undefined {
  const registry = TypeRegistry.for(namespace)
  for (const name of [code, `${code}Exception`]) {
    try {
      const schema = registry.getSchema(`${namespace}#${name}`)
      if (Array.isArray(schema) && schema[0] === -3) return schema as StaticErrorSchema
    } catch {
      // not in the model: common errors are in no model
    }
  }
  return undefined
}
