/** Which logs an execution has, and which of them an address asks for. */
import type { FeedPlace } from '../../log-view/use-feeds.ts'
import type { Run } from '../execution/attempts.ts'

export interface LogChoice {
  readonly run: Run
  /** `Test/Unit`, of a retry `Test/Unit #2`: also the name in links */
  readonly name: string
}

/** What the log of a run is called in links. */
export const logName = ({ key, attempt }: Pick<Run, 'key' | 'attempt'>): string =>
  attempt === 1 ? key : `${key} #${attempt}`

/** Those with a log, in the order in which they began. */
export const logChoices = (runs: readonly Run[]): readonly LogChoice[] =>
  runs.filter(({ log }) => log !== undefined).map((run) => ({ run, name: logName(run) }))

/** @param wanted a name; without one all of them. An action without its attempt means its first, as in links made before a retry. */
export const chosen = (choices: readonly LogChoice[], wanted: string | null): readonly LogChoice[] =>
  wanted === null ? choices : choices.filter(({ name }) => name === wanted)

export const placesOf = (choices: readonly LogChoice[]): readonly FeedPlace[] =>
  choices.flatMap(({ run: { log }, name }) => (log === undefined ? [] : [{ name, ...log }]))
