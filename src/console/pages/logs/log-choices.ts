/** Which logs an execution has, and which of them an address asks for. */
import type { FeedPlace } from '../../log-view/use-feeds.ts'
import type { Run } from '../execution/attempts.ts'

export interface LogChoice {
  readonly run: Run
  /** `Test/Unit`, of a retry `Test/Unit #2`: also the name in links */
  readonly name: string
}

/** Those with a log, in the order in which they began. */
export const logChoices = (runs: readonly Run[]): readonly LogChoice[] =>
  runs
    .filter(({ log }) => log !== undefined)
    .map((run) => ({ run, name: run.attempt === 1 ? run.key : `${run.key} #${run.attempt}` }))

/** @param wanted a name; without one all of them. An action without its attempt means its first, as in links made before a retry. */
export const chosen = (choices: readonly LogChoice[], wanted: string | null): readonly LogChoice[] =>
  wanted === null ? choices : choices.filter(({ name }) => name === wanted)

export const placesOf = (choices: readonly LogChoice[]): readonly FeedPlace[] =>
  choices.flatMap(({ run: { log }, name }) => (log === undefined ? [] : [{ name, ...log }]))
