import type { BuildStatus, PhaseContext, PhaseReport, RunnerPhase } from '../protocol.ts'

export interface PhaseRecorder {
  readonly phases: readonly PhaseReport[]
  start(type: RunnerPhase): void
  end(status: BuildStatus, context?: PhaseContext): void
}

const NOTHING: PhaseContext = { statusCode: '', message: '' }

/** The phases of a build so far; the next one starts when the one before it ends, so that no time is between them. */
export function recordPhases(now: () => number, changed: (phases: readonly PhaseReport[]) => void): PhaseRecorder {
  let phases: readonly PhaseReport[] = []
  return {
    get phases() {
      return phases
    },
    start(type) {
      phases = [...phases, { type, startedAt: phases.at(-1)?.ended?.at ?? now() }]
      changed(phases)
    },
    end(status, context = NOTHING) {
      const last = phases.at(-1)
      if (last === undefined || last.ended !== undefined) return
      phases = [...phases.slice(0, -1), { ...last, ended: { at: now(), status, context } }]
      changed(phases)
    },
  }
}
