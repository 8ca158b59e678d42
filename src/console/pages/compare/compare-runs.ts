/** What was different between two executions of a pipeline, `a` the one to compare with and `b` the one that is asked about. */
import type { PipelineDeclaration, PipelineExecution } from '@aws-sdk/client-codepipeline'
import { runsOf, took, type Run } from '../execution/attempts.ts'
import { variablesOf } from '../execution/variables.ts'
import { diffDeclarations, type Difference } from './declaration-diff.ts'
import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline'

export interface ComparedSide {
  readonly execution: PipelineExecution
  readonly actions: readonly ActionExecutionDetail[]
  /** of the version the execution ran; absent when it could not be read */
  readonly declaration: PipelineDeclaration | undefined
}

/** One thing of both; absent where a side has none. */
export interface Pair<Value> {
  readonly name: string
  readonly a?: Value
  readonly b?: Value
  readonly isSame: boolean
}

export interface ShownRevision {
  readonly id: string
  readonly summary: string
  readonly url: string
}

export interface StoredObject {
  readonly bucket: string
  readonly key: string
}

export interface ShownAction {
  readonly run: Run
  readonly ms: number
}

export interface Comparison {
  readonly revisions: readonly Pair<ShownRevision>[]
  readonly variables: readonly Pair<string>[]
  /** by the key of the object: another key is another content */
  readonly artifacts: readonly Pair<StoredObject>[]
  /** the newest run of each action, in the order of `b` */
  readonly timings: readonly Pair<ShownAction>[]
  readonly declaration: readonly Difference[]
}

export function compareRuns(a: ComparedSide, b: ComparedSide, now: number): Comparison {
  const runs = { a: runsOf(a.actions), b: runsOf(b.actions) }
  return {
    revisions: pairs(revisionsOf(a.execution), revisionsOf(b.execution), (one, other) => one.id === other.id),
    variables: pairs(values(a, runs.a), values(b, runs.b), Object.is),
    artifacts: pairs(
      artifactsOf(runs.a),
      artifactsOf(runs.b),
      (one, other) => one.bucket === other.bucket && one.key === other.key,
    ),
    timings: pairs(timesOf(runs.a, now), timesOf(runs.b, now), (one, other) => !isNotable(one.ms, other.ms)),
    declaration:
      a.declaration === undefined || b.declaration === undefined ? [] : diffDeclarations(a.declaration, b.declaration),
  }
}

/** Is the difference of two durations more than what happens by itself? At least a second and a fifth. */
export const isNotable = (one: number, other: number): boolean =>
  Math.abs(one - other) >= Math.max(1000, Math.max(one, other) / 5)

/** In the order of `b`, then what only `a` has. */
function pairs<Value>(
  a: ReadonlyMap<string, Value>,
  b: ReadonlyMap<string, Value>,
  isSame: (one: Value, other: Value) => boolean,
): readonly Pair<Value>[] {
  return Array.from(new Set([...b.keys(), ...a.keys()]), (name) => {
    const one = a.get(name)
    const other = b.get(name)
    return {
      name,
      ...(one !== undefined && { a: one }),
      ...(other !== undefined && { b: other }),
      isSame: one !== undefined && other !== undefined && isSame(one, other),
    }
  })
}

const revisionsOf = ({ artifactRevisions = [] }: PipelineExecution): ReadonlyMap<string, ShownRevision> =>
  new Map(
    artifactRevisions.map(({ name = '', revisionId = '', revisionSummary = '', revisionUrl = '' }) => [
      name,
      { id: revisionId, summary: revisionSummary, url: revisionUrl },
    ]),
  )

const values = ({ execution, declaration }: ComparedSide, runs: readonly Run[]): ReadonlyMap<string, string> =>
  new Map(variablesOf(execution, declaration, runs).map(({ name, value }) => [name, value]))

const artifactsOf = (runs: readonly Run[]): ReadonlyMap<string, StoredObject> =>
  new Map(
    runs.flatMap(({ detail }) =>
      (detail.output?.outputArtifacts ?? []).map(({ name = '', s3location }) => [
        name,
        { bucket: s3location?.bucket ?? '', key: s3location?.key ?? '' },
      ]),
    ),
  )

const timesOf = (runs: readonly Run[], now: number): ReadonlyMap<string, ShownAction> =>
  new Map(runs.filter(({ isLatest }) => isLatest).map((run) => [run.key, { run, ms: took(run, now) }]))
