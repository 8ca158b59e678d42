import type { StaticOperationSchema } from '@smithy/types'
import type { Operation, ServiceDefinition, ServiceEntry } from './wire.ts'

/** A service ready to answer: its operations by name. */
export interface LoadedService {
  readonly definition: ServiceDefinition
  /** the service as its users call it, for messages */
  readonly title: string
  /** the SDK package's Smithy namespace, e.g. `com.amazonaws.codepipeline` */
  readonly namespace: string
  readonly operations: ReadonlyMap<string, Operation>
  /** every operation of the model, implemented or not */
  readonly schemas: ReadonlyMap<string, StaticOperationSchema>
}

/**
 * Checks a definition and indexes it.
 * @throws Error when an operation does not say who may call it, or is declared twice: such a service must not start
 */
export function loadService(definition: ServiceDefinition): LoadedService {
  const operations = new Map<string, Operation>()
  const schemas = new Map(definition.schemas.map((schema) => [schema[2], schema]))
  for (const operation of definition.operations) {
    const name = operation.schema[2]
    const { action, resource } = (operation.access ?? {}) as { action?: unknown; resource?: unknown }
    if (typeof action !== 'string' || !/^[\w-]+:[\w*]+$/.test(action)) {
      throw new Error(`${definition.name} ${name} does not declare the action that allows it (access.action)`)
    }
    if (resource !== '*' && typeof resource !== 'function') {
      throw new Error(`${definition.name} ${name} does not declare the resources it touches (access.resource)`)
    }
    if (operations.has(name)) throw new Error(`${definition.name} declares ${name} twice`)
    operations.set(name, operation)
    if (!schemas.has(name)) schemas.set(name, operation.schema)
  }
  const [first] = schemas.values()
  return { definition, title: titleOf(definition), namespace: first?.[1] ?? '', operations, schemas }
}

/** Loads each service once, on its first request; a failed load is tried again by the next. */
export function createServiceLoader(): (entry: ServiceEntry) => Promise<LoadedService> {
  const loaded = new Map<ServiceEntry, Promise<LoadedService>>()
  return (entry) => {
    const known = loaded.get(entry)
    if (known !== undefined) return known
    const loading = entry.load().then(loadService)
    loaded.set(entry, loading)
    loading.catch(() => loaded.delete(entry))
    return loading
  }
}

/** `CodePipeline_20150709` is CodePipeline. */
const titleOf = ({ targetPrefix, name }: ServiceDefinition): string =>
  targetPrefix?.split('.').at(-1)?.split('_')[0] || name
