/**
 * One live event applied to the picture, so that the screen changes in the frame in which the event arrives. Events are those of
 * `core/execution/state-changes.ts`. Whatever does not fit (an unknown execution, another version) asks for the answers again;
 * applying an event a second time, or one that an answer had in it already, does no harm.
 */
import { actionChanged, actionProgressed, actionSkipped } from './action-events.ts'
import { reader, stale, type Applied, type BusEvent, type Detail } from './event-detail.ts'
import { executionChanged, executionWaits } from './execution-events.ts'
import type { Picture } from './model.ts'
import { conditionChanged, doorChanged, ruleProgressed, stageChanged } from './stage-events.ts'

export type { Applied, BusEvent } from './event-detail.ts'

export function applyEvent(picture: Picture, event: BusEvent): Applied {
  const detail = reader(event)
  const apply = Object.hasOwn(APPLY, event.detailType) ? APPLY[event.detailType] : undefined
  if (apply === undefined || detail.text('pipeline') !== picture.name) return { picture, isStale: false }
  const version = detail.number('version')
  if (version !== undefined && version > picture.version) return { picture, isStale: true }
  return apply(picture, detail)
}

/** Events in the order in which they were published. */
export function applyEvents(picture: Picture, events: readonly BusEvent[]): Applied {
  let current = picture
  let isStale = false
  for (const event of events) {
    const applied = applyEvent(current, event)
    current = applied.picture
    isStale ||= applied.isStale
  }
  return { picture: current, isStale }
}

const APPLY: Readonly<Record<string, (picture: Picture, detail: Detail) => Applied>> = {
  'CodePipeline Pipeline Execution State Change': executionChanged,
  'CodePipeline Pipeline Execution Waiting': executionWaits,
  'CodePipeline Stage Execution State Change': stageChanged,
  'CodePipeline Stage Transition State Change': doorChanged,
  'CodePipeline Stage Condition State Change': conditionChanged,
  'CodePipeline Rule Execution Progress': ruleProgressed,
  'CodePipeline Action Execution State Change': actionChanged,
  'CodePipeline Action Execution Progress': actionProgressed,
  'CodePipeline Action Execution Skipped': actionSkipped,
  'CodePipeline Pipeline Structure Change': (picture) => stale(picture),
}
