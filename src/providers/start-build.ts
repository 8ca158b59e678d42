/**
 * How a pipeline's CodeBuild action asks for a build: an ordinary `StartBuild`, so that it works across accounts, is authorised
 * like any caller's, and can be pointed at another Pipewright.
 *
 * The real service hands artifacts over on a private path. Ours says the same with public members:
 *
 * | what                    | where in StartBuild                                                                              |
 * |-------------------------|--------------------------------------------------------------------------------------------------|
 * | primary input artifact  | `sourceTypeOverride: 'S3'`, `sourceLocationOverride: '<bucket>/<key>'` (split at the first `/`)  |
 * |                         | `sourceVersion: 'arn:aws:s3:::<bucket>/<key>'` (what CODEBUILD_SOURCE_VERSION shows)             |
 * | each other input        | `secondarySourcesOverride[]: { type: 'S3', location: '<bucket>/<key>', sourceIdentifier }` and   |
 * |                         | `secondarySourcesVersionOverride[]: { sourceIdentifier, sourceVersion: <object ARN> }`;          |
 * |                         | the identifier is the artifact's name with `-` as `_`                                            |
 * | exactly one output      | `artifactsOverride: { type: 'S3', location: <bucket>, name: <key>, namespaceType: 'NONE',        |
 * |                         | packaging: 'ZIP' }`, no `path`: `name` is the whole key. Filled from the buildspec's `artifacts` |
 * | several outputs         | `artifactsOverride: { type: 'NO_ARTIFACTS' }` and `secondaryArtifactsOverride[]`, the same form  |
 * |                         | each, plus `artifactIdentifier: <output name>`. Filled from `secondary-artifacts` of that name   |
 * | no output               | `artifactsOverride: { type: 'NO_ARTIFACTS' }`                                                    |
 * | the store's key         | `encryptionKeyOverride`, absent: the bucket's default                                            |
 * | idempotency             | `idempotencyToken: <action execution id>`: the same token gives the same build, also after hours |
 *
 * A project of type CODEPIPELINE accepts exactly this (a StartBuild by hand without overrides is an InvalidInputException).
 *
 * A Commands action has no project. It asks for `managedProjectName(pipeline)`, which no CreateProject accepts: the build service
 * knows by it, and by whose session asks, that overrides say everything (its builds are found by id, the project is in no list).
 *
 * Two facts have no member and travel as headers, which the build service believes only from an in-process session of type
 * AssumedRole whose session name starts with `codepipeline.` (see `PIPELINE_SESSION_PREFIX`):
 *
 * - `x-pipewright-initiator`: `codepipeline/<pipeline>`, the build's initiator (CODEBUILD_INITIATOR);
 * - `x-pipewright-source-revision`: the primary input's revision (commit id, S3 version id), when known
 *   (`resolvedSourceVersion`, CODEBUILD_RESOLVED_SOURCE_VERSION).
 *
 * An input object with the user metadata `codepipeline-artifact-format: CODEBUILD_CLONE_REF` is no ZIP but a JSON pointer
 * (`clone-reference.ts`): clone it in full instead of unpacking. Object metadata `codepipeline-revision` is the revision.
 */
import { StartBuildCommand, type EnvironmentVariable, type StartBuildCommandInput } from '@aws-sdk/client-codebuild'
import type { ActionOrder, ArtifactLocation } from '../core/execution/execution.ts'

export const INITIATOR_HEADER = 'x-pipewright-initiator'
export const SOURCE_REVISION_HEADER = 'x-pipewright-source-revision'

export interface BuildRequest {
  readonly order: ActionOrder
  readonly projectName: string
  readonly primary: ArtifactLocation
  readonly environmentVariables: readonly EnvironmentVariable[]
  readonly buildspec?: string
  readonly serviceRole?: string
  /** whatever else takes the place of the project's own */
  readonly overrides?: Pick<
    StartBuildCommandInput,
    | 'environmentTypeOverride'
    | 'computeTypeOverride'
    | 'imageOverride'
    | 'logsConfigOverride'
    | 'timeoutInMinutesOverride'
  >
  /** of the primary input */
  readonly revision?: string
}

/** @returns the command, ready to send; the headers are part of it and are signed */
export function startBuildCommand(request: BuildRequest): StartBuildCommand {
  const command = new StartBuildCommand(startBuildInput(request))
  const headers: Record<string, string> = { [INITIATOR_HEADER]: `codepipeline/${request.order.pipeline.name}` }
  if (request.revision !== undefined) headers[SOURCE_REVISION_HEADER] = request.revision
  command.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as { headers: Record<string, string> }).headers, headers)
      return next(args)
    },
    { step: 'build', name: 'pipewrightHeaders' },
  )
  return command
}

export function startBuildInput(request: BuildRequest): StartBuildCommandInput {
  const { order, primary } = request
  const { inputArtifacts, outputArtifacts } = order.action
  const secondary = inputArtifacts.filter((artifact) => artifact.name !== primary.name)
  const [onlyOutput] = outputArtifacts
  return {
    projectName: request.projectName,
    idempotencyToken: order.action.id,
    sourceTypeOverride: 'S3',
    sourceLocationOverride: objectPath(primary),
    sourceVersion: objectArn(primary),
    ...(secondary.length > 0 && {
      secondarySourcesOverride: secondary.map((artifact) => ({
        type: 'S3',
        location: objectPath(artifact),
        sourceIdentifier: sourceIdentifier(artifact),
      })),
      secondarySourcesVersionOverride: secondary.map((artifact) => ({
        sourceIdentifier: sourceIdentifier(artifact),
        sourceVersion: objectArn(artifact),
      })),
    }),
    artifactsOverride: outputArtifacts.length === 1 && onlyOutput ? zipAt(onlyOutput) : { type: 'NO_ARTIFACTS' },
    ...(outputArtifacts.length > 1 && {
      secondaryArtifactsOverride: outputArtifacts.map((artifact) => ({
        ...zipAt(artifact),
        artifactIdentifier: artifact.name,
      })),
    }),
    ...(request.environmentVariables.length > 0 && { environmentVariablesOverride: [...request.environmentVariables] }),
    ...(request.buildspec !== undefined && { buildspecOverride: request.buildspec }),
    ...(request.serviceRole !== undefined && { serviceRoleOverride: request.serviceRole }),
    ...(order.encryptionKeyId !== undefined && { encryptionKeyOverride: order.encryptionKeyId }),
    ...request.overrides,
  }
}

const objectPath = ({ bucket, key }: ArtifactLocation) => `${bucket}/${key}`

const objectArn = ({ bucket, key }: ArtifactLocation) => `arn:aws:s3:::${bucket}/${key}`

/** CodeBuild allows letters, digits and `_` only. */
const sourceIdentifier = ({ name }: ArtifactLocation) => name.replaceAll('-', '_')

const zipAt = ({ bucket, key }: ArtifactLocation) =>
  ({ type: 'S3', location: bucket, name: key, namespaceType: 'NONE', packaging: 'ZIP' }) as const
