/** Which source actions look at what. Kept in memory: a push must not search through all pipelines. */
import type { PipelineKey } from '../core/execution/execution.ts'
import type { ActionDeclaration, PipelineDeclaration } from '../core/pipeline/declaration.ts'
import type { BusEvent } from '../journal/journal.ts'

/** A pipeline with the source actions that an event is about. */
export interface Watcher {
  readonly key: PipelineKey
  readonly declaration: PipelineDeclaration
  /** at least one */
  readonly actionNames: readonly string[]
}

/** What happened to a source. */
export interface SourceChange {
  /** what is watched, as one string */
  readonly subject: string
  readonly revisionType: 'COMMIT_ID' | 'S3_OBJECT_VERSION_ID'
  readonly revisionValue: string
}

export interface SourceIndex {
  set(key: PipelineKey, declaration: PipelineDeclaration | undefined): void
  watchers(subject: string): readonly Watcher[]
}

export function createSourceIndex(): SourceIndex {
  /** subject -> pipeline -> watcher */
  const bySubject = new Map<string, Map<string, Watcher>>()
  const byPipeline = new Map<
    string,
    { readonly declaration: PipelineDeclaration; readonly subjects: readonly string[] }
  >()

  function forget(id: string): void {
    for (const subject of byPipeline.get(id)?.subjects ?? []) {
      const watchers = bySubject.get(subject)
      watchers?.delete(id)
      if (watchers?.size === 0) bySubject.delete(subject)
    }
    byPipeline.delete(id)
  }

  return {
    set: (key, declaration) => {
      const id = `${key.account}/${key.region}/${key.name}`
      if (byPipeline.get(id)?.declaration === declaration) return
      forget(id)
      if (declaration === undefined) return
      const actions = subjectsOf(key, declaration)
      byPipeline.set(id, { declaration, subjects: [...actions.keys()] })
      for (const [subject, actionNames] of actions) {
        const watchers = bySubject.get(subject) ?? new Map<string, Watcher>()
        bySubject.set(subject, watchers.set(id, { key, declaration, actionNames }))
      }
    },
    watchers: (subject) => [...(bySubject.get(subject)?.values() ?? [])],
  }
}

/** @returns undefined when the event is no change of a source: a deleted branch, a tag, an object without versions */
export function sourceChange({ source, detailType, account, region, detail }: BusEvent): SourceChange | undefined {
  if (source === 'aws.codecommit' && detailType === 'CodeCommit Repository State Change') {
    const { event, referenceType, repositoryName, referenceName, commitId } = detail
    if ((event !== 'referenceCreated' && event !== 'referenceUpdated') || referenceType !== 'branch') return undefined
    if (typeof commitId !== 'string') return undefined
    const subject = branch(account, region, String(repositoryName), String(referenceName))
    return { subject, revisionType: 'COMMIT_ID', revisionValue: commitId }
  }
  if (source === 'aws.s3' && detailType === 'Object Created') {
    const { bucket, object } = detail as {
      bucket?: { name?: string }
      object?: { key?: string; 'version-id'?: string }
    }
    const version = object?.['version-id']
    if (version === undefined) return undefined
    return {
      subject: s3Object(bucket?.name ?? '', object?.key ?? ''),
      revisionType: 'S3_OBJECT_VERSION_ID',
      revisionValue: version,
    }
  }
  return undefined
}

/** subject -> names of the actions that watch it */
function subjectsOf(key: PipelineKey, declaration: PipelineDeclaration): ReadonlyMap<string, readonly string[]> {
  const subjects = new Map<string, string[]>()
  for (const action of declaration.stages[0]?.actions ?? []) {
    const subject = subjectOf(key, declaration, action)
    if (subject === undefined || action.configuration['PollForSourceChanges']?.toLowerCase() === 'false') continue
    const names = subjects.get(subject) ?? []
    names.push(action.name)
    subjects.set(subject, names)
  }
  return subjects
}

function subjectOf(key: PipelineKey, { roleArn }: PipelineDeclaration, action: ActionDeclaration): string | undefined {
  const { actionTypeId, configuration, region = key.region } = action
  const { category, owner, provider } = actionTypeId
  if (category !== 'Source' || owner !== 'AWS') return undefined
  // the action acts in the account of its role
  const account = (action.roleArn ?? roleArn).split(':')[4] || key.account
  if (provider === 'CodeCommit') {
    return branch(account, region, configuration['RepositoryName'] ?? '', configuration['BranchName'] ?? '')
  }
  if (provider === 'S3') return s3Object(configuration['S3Bucket'] ?? '', configuration['S3ObjectKey'] ?? '')
  return undefined
}

const branch = (...parts: readonly string[]): string => JSON.stringify(['branch', ...parts])

/** Bucket names are unique everywhere. */
const s3Object = (bucket: string, key: string): string => JSON.stringify(['object', bucket, key])
