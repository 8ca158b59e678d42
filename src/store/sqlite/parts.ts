/** The door's parts, put together over a connection or over a unit of work. */
import type {
  EventWriter,
  JobWriter,
  ObjectWriter,
  OutboxWriter,
  PipelineWriter,
  Reader,
  ResourceWriter,
  TimerWriter,
  Writer,
} from '../store.ts'
import { createAggregateCache } from './aggregate-cache.ts'
import type { Session } from './connection.ts'
import { eventReader, eventWriter } from './events.ts'
import { jobReader, jobWriter } from './jobs.ts'
import { objectReader, objectWriter } from './objects.ts'
import { outboxReader, outboxWriter } from './outbox.ts'
import { pipelineReader } from './pipeline-reader.ts'
import { pipelineWriter } from './pipeline-writer.ts'
import { resourceReader, resourceWriter } from './resources.ts'
import { timerReader, timerWriter } from './timers.ts'

/** @param session sees committed state only */
export const reader = (session: Session): Reader => ({
  resources: resourceReader(session),
  pipelines: pipelineReader(session, createAggregateCache()),
  objects: objectReader(session),
  outbox: outboxReader(session),
  timers: timerReader(session),
  jobs: jobReader(session),
  events: eventReader(session),
})

/** One for each unit of work, thousands a second: most touch two or three parts, so each is made when it is asked for. */
export class UnitWriter implements Writer {
  readonly #session: Session
  #resources: ResourceWriter | undefined
  #pipelines: PipelineWriter | undefined
  #objects: ObjectWriter | undefined
  #outbox: OutboxWriter | undefined
  #timers: TimerWriter | undefined
  #jobs: JobWriter | undefined
  #events: EventWriter | undefined

  constructor(session: Session) {
    this.#session = session
  }

  get resources(): ResourceWriter {
    return (this.#resources ??= resourceWriter(this.#session))
  }

  get pipelines(): PipelineWriter {
    return (this.#pipelines ??= pipelineWriter(this.#session))
  }

  get objects(): ObjectWriter {
    return (this.#objects ??= objectWriter(this.#session))
  }

  get outbox(): OutboxWriter {
    return (this.#outbox ??= outboxWriter(this.#session))
  }

  get timers(): TimerWriter {
    return (this.#timers ??= timerWriter(this.#session))
  }

  get jobs(): JobWriter {
    return (this.#jobs ??= jobWriter(this.#session))
  }

  get events(): EventWriter {
    return (this.#events ??= eventWriter(this.#session))
  }
}
