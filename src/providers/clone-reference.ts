/** The artifact of a source whose output format is CODEBUILD_CLONE_REF: a JSON pointer instead of a ZIP (spec 8). */

/** user metadata of artifact objects: the commit id or version id they were made from */
export const REVISION_METADATA = 'codepipeline-revision'
/** user metadata of artifact objects that are no ZIP */
export const FORMAT_METADATA = 'codepipeline-artifact-format'
export const CLONE_REFERENCE_FORMAT = 'CODEBUILD_CLONE_REF'

export interface CloneReference {
  readonly AccountId: string
  readonly FullRepositoryName: string
  /** `https://…/v1/repos/<name>`, with the endpoint that the source action saw */
  readonly CloneUrl: string
  readonly CommitId: string
  readonly BranchName: string
}

export const isCloneReference = (metadata: Readonly<Record<string, string>> = {}): boolean =>
  metadata[FORMAT_METADATA] === CLONE_REFERENCE_FORMAT
