/**
 * How each look is shown: colour, shape and word together, so that nobody needs the colour. Blue moves, violet waits for a person,
 * red failed, amber could not be done, grey is over without a verdict.
 */
import type { Look } from './model.ts'

export type Tone = 'quiet' | 'running' | 'person' | 'good' | 'bad' | 'error' | 'over'
export type Shape = 'dot' | 'ring' | 'play' | 'pause' | 'person' | 'check' | 'cross' | 'bang' | 'stop' | 'skip' | 'pass'

export interface Style {
  /** names the CSS variables `--tone-<tone>` */
  readonly tone: Tone
  readonly shape: Shape
  readonly label: string
  /** breathes gently, where motion is welcome */
  readonly pulses: boolean
}

const still = (tone: Tone, shape: Shape, label: string): Style => ({ tone, shape, label, pulses: false })
const pulsing = (tone: Tone, shape: Shape, label: string): Style => ({ tone, shape, label, pulses: true })

export const STYLES = {
  Idle: still('quiet', 'dot', 'Never run'),
  Pending: still('quiet', 'ring', 'To come'),
  Waiting: still('person', 'pause', 'Waiting'),
  InProgress: pulsing('running', 'play', 'In progress'),
  NeedsApproval: pulsing('person', 'person', 'Needs approval'),
  Stopping: pulsing('over', 'stop', 'Stopping'),
  Succeeded: still('good', 'check', 'Succeeded'),
  Failed: still('bad', 'cross', 'Failed'),
  Errored: still('error', 'bang', 'Errored'),
  Abandoned: still('over', 'stop', 'Abandoned'),
  Stopped: still('over', 'stop', 'Stopped'),
  Cancelled: still('over', 'stop', 'Cancelled'),
  Superseded: still('over', 'skip', 'Superseded'),
  Skipped: still('over', 'skip', 'Skipped'),
  Overridden: still('error', 'pass', 'Overridden'),
} as const satisfies Record<Look, Style>

export const styleOf = (look: Look): Style => STYLES[look]

/** The order in which counts are told: what needs somebody comes first. */
export const BY_WEIGHT = [
  'Failed',
  'Errored',
  'NeedsApproval',
  'InProgress',
  'Abandoned',
  'Succeeded',
  'Skipped',
  'Pending',
  'Idle',
] as const satisfies readonly Look[]

/** Outlines in a box of 16 × 16, drawn by one path each. */
export const SHAPE_PATHS = {
  dot: 'M8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  ring: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3zm0 1.6a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8z',
  play: 'M5 3.2v9.6l8-4.8z',
  pause: 'M4.5 3.5h2.6v9H4.5zM8.9 3.5h2.6v9H8.9z',
  person: 'M8 2.4a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4zM2.8 13.6c0-2.9 2.3-4.7 5.2-4.7s5.2 1.8 5.2 4.7z',
  check: 'M6.6 12.4 2.6 8.4l1.5-1.5 2.5 2.5 5.3-5.4 1.5 1.5z',
  cross: 'M12.6 4.9 11.1 3.4 8 6.5 4.9 3.4 3.4 4.9 6.5 8l-3.1 3.1 1.5 1.5L8 9.5l3.1 3.1 1.5-1.5L9.5 8z',
  bang: 'M6.9 2.6h2.2l-.3 6.6H7.2zM8 10.6a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6z',
  stop: 'M4 4h8v8H4z',
  skip: 'M3 3.6v8.8L8 8zM8 3.6v8.8L13 8z',
  pass: 'M2.6 7h6.2V3.8L13.4 8l-4.6 4.2V9H2.6z',
} as const satisfies Record<Shape, string>
