import type { Log } from '../base/log.ts'
import type { PipelineDeclaration } from '../core/pipeline/declaration.ts'
import type { Engine } from '../engine/engine.ts'
import type { Bus, BusEvent } from '../journal/journal.ts'
import type { Store } from '../store/store.ts'
import { createSourceIndex, sourceChange, type SourceChange, type Watcher } from './source-index.ts'
import type { Triggers } from './triggers.ts'

export interface TriggerDependencies {
  readonly store: Store
  readonly bus: Pick<Bus, 'consume'>
  readonly engine: Pick<Engine, 'send'>
  readonly log: Log
  /** a new UUID */
  readonly newId: () => string
}

/** The name under which the bus remembers how far we came; renaming it replays everything. */
const CONSUMER = 'source-changes'

export function createTriggers({ store, bus, engine, log, newId }: TriggerDependencies): Triggers {
  const index = createSourceIndex()
  let consumer: AsyncDisposable | undefined

  async function handle(event: BusEvent): Promise<void> {
    const change = sourceChange(event)
    if (change === undefined) return
    await Promise.all(index.watchers(change.subject).map((watcher) => startPipeline(event, change, watcher)))
  }

  /** At most once for each event: the token is the event's id, and the revision must be one that the pipeline has not seen. */
  async function startPipeline(
    event: BusEvent,
    change: SourceChange,
    { key, declaration, actionNames }: Watcher,
  ): Promise<void> {
    const { revisionType, revisionValue } = change
    const [actionName = ''] = actionNames
    const answer = await engine.send(key, {
      type: 'ExecutionRequested',
      executionId: newId(),
      trigger: { type: 'PollForSourceChanges', detail: actionName },
      variables: defaultValues(declaration),
      // the event's own revision, not whatever is newest by the time the action runs (spec 12, Q12)
      sourceRevisions: actionNames.map((actionName) => ({ actionName, revisionType, revisionValue })),
      clientRequestToken: event.id,
      automatic: true,
      onlyIfNew: { actionName, revisionId: revisionValue },
    })
    const about = { pipeline: key.name, source: event.source, revision: revisionValue }
    if (answer.accepted) log.debug({ ...about, ...answer.reply }, 'a source changed')
    else if (answer.rejection !== 'no-such-pipeline')
      log.warn({ ...about, rejection: answer.rejection }, 'a source changed but its pipeline refused to start')
  }

  return {
    start: async () => {
      for (const key of await store.read.pipelines.keys()) {
        const record = await store.read.pipelines.load(key)
        if (record) index.set(key, record.state.declaration)
      }
      consumer = bus.consume(CONSUMER, { matches: (event) => sourceChange(event) !== undefined }, handle)
    },
    pipelineChanged: (key, declaration) => index.set(key, declaration),
    [Symbol.asyncDispose]: async () => await consumer?.[Symbol.asyncDispose](),
  }
}

/** Nobody is there to give values: a variable without a default is missing, and the execution is recorded as Failed. */
const defaultValues = ({ variables = [] }: PipelineDeclaration): Readonly<Record<string, string>> =>
  Object.fromEntries(
    variables.flatMap(({ name, defaultValue }) => (defaultValue === undefined ? [] : [[name, defaultValue]])),
  )
