/** Where artifacts are, and which revision of a source an execution is pinned to. */
import { invariant } from '../invariant.ts'
import type { ActionDeclaration, ArtifactStore, PipelineDeclaration } from '../pipeline/declaration.ts'
import { own } from './record.ts'
import type { ArtifactLocation, ArtifactRevision, PipelineExecution, SourceRevisionOverride } from './state.ts'
import { actionRegion, structureOf, type Turn } from './turn.ts'

/** The store of the action's region. Validation has made sure that there is one. */
export function artifactStoreOf({ artifactStore, artifactStores }: PipelineDeclaration, region: string): ArtifactStore {
  const store = artifactStore ?? own(artifactStores ?? {}, region)
  invariant(store !== undefined, `no artifact store is declared for region ${region}`)
  return store
}

/**
 * A fresh place for each output of a run: a retry never overwrites what an earlier run wrote.
 *
 * Names are cut because temporary credentials are limited to these keys by policies whose size is limited.
 * Source: CodePipeline user guide, "Input and output artifacts", for the shape of the key.
 */
export function outputLocations(
  turn: Turn,
  execution: PipelineExecution,
  action: ActionDeclaration,
): readonly ArtifactLocation[] {
  if (action.outputArtifacts.length === 0) return []
  const { location: bucket } = artifactStoreOf(structureOf(turn, execution), actionRegion(turn, action))
  const pipeline = turn.draft.key.name.slice(0, 20)
  return action.outputArtifacts.map(({ name }) => ({
    name,
    bucket,
    key: `${pipeline}/${name.slice(0, 10)}/${turn.newKey()}`,
  }))
}

/** @returns the newest location of each input, or the name of the first that nobody produced */
export function inputLocations(
  execution: PipelineExecution,
  { inputArtifacts }: Pick<ActionDeclaration, 'inputArtifacts'>,
): readonly ArtifactLocation[] | string {
  const locations: ArtifactLocation[] = []
  for (const { name } of inputArtifacts) {
    const location = own(execution.artifacts, name)
    if (location === undefined) return name
    locations.push(location)
  }
  return locations
}

export function withOutputs(
  artifacts: PipelineExecution['artifacts'],
  outputs: readonly ArtifactLocation[],
): PipelineExecution['artifacts'] {
  return outputs.length === 0
    ? artifacts
    : { ...artifacts, ...Object.fromEntries(outputs.map((location) => [location.name, location])) }
}

/** Each output of a source action is of the revision it fetched. */
export function withRevision(
  revisions: readonly ArtifactRevision[],
  outputs: readonly ArtifactLocation[],
  revision: Omit<ArtifactRevision, 'name'>,
): readonly ArtifactRevision[] {
  const names = new Set(outputs.map(({ name }) => name))
  return [...revisions.filter(({ name }) => !names.has(name)), ...outputs.map(({ name }) => ({ ...revision, name }))]
}

/**
 * What a source action is to fetch: what the start asked for, and in a retry the very revision that its earlier run in this
 * execution fetched. Empty: the newest.
 */
export function sourceRevisionsFor(
  execution: PipelineExecution,
  action: ActionDeclaration,
): readonly SourceRevisionOverride[] {
  if (action.actionTypeId.category !== 'Source') return []
  const overrides = execution.sourceRevisions.filter(({ actionName }) => actionName === action.name)
  const fetched = execution.artifactRevisions.find(({ name }) => name === action.outputArtifacts[0]?.name)
  if (fetched === undefined) return overrides
  const pinned: SourceRevisionOverride = {
    actionName: action.name,
    revisionType: REVISION_TYPE[action.actionTypeId.provider] ?? 'COMMIT_ID',
    revisionValue: fetched.revisionId,
  }
  return [...overrides.filter(({ revisionType }) => revisionType !== pinned.revisionType), pinned]
}

const REVISION_TYPE: Readonly<Record<string, SourceRevisionOverride['revisionType'] | undefined>> = {
  S3: 'S3_OBJECT_VERSION_ID',
  ECR: 'IMAGE_DIGEST',
}
