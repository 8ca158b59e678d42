/** Milliseconds since the Unix epoch, UTC. */
export type Instant = number

/** Where "now" comes from. Tests and the simulator pass their own. */
export interface Clock {
  now(): Instant
}

export const systemClock: Clock = { now: () => Date.now() }
