/** What an approval would let through: against what is deployed now. Pure. */
import type { ActionExecutionDetail, PipelineDeclaration, PipelineExecutionSummary } from '@aws-sdk/client-codepipeline'

export interface ObjectPlace {
  readonly bucket: string
  readonly key: string
}

export interface ArchiveEntry {
  readonly path: string
  readonly size: number
  readonly crc32: number
}

export type Change = 'added' | 'removed' | 'changed'

export interface EntryChange {
  readonly path: string
  readonly change: Change
  readonly before: number | undefined
  readonly after: number | undefined
}

/** The execution whose work is out now: the newest before this one that succeeded. */
export const deployedBefore = (
  executions: readonly PipelineExecutionSummary[],
  executionId: string,
): PipelineExecutionSummary | undefined => {
  const position = executions.findIndex(({ pipelineExecutionId }) => pipelineExecutionId === executionId)
  return executions.slice(position + 1).find(({ status }) => status === 'Succeeded')
}

/** The artifacts that actions behind the approval will take. */
export function artifactsBehind(
  { stages = [] }: PipelineDeclaration,
  stage: string,
  action: string,
): readonly string[] {
  const at = stages.findIndex(({ name }) => name === stage)
  const order = stages[at]?.actions?.find(({ name }) => name === action)?.runOrder ?? 1
  const later = stages.flatMap(({ actions = [] }, index) =>
    index > at ? actions : index === at ? actions.filter(({ runOrder = 1 }) => runOrder > order) : [],
  )
  return [...new Set(later.flatMap(({ inputArtifacts = [] }) => inputArtifacts.flatMap(({ name }) => name ?? [])))]
}

/** Where an execution keeps an artifact; undefined: it never made it. */
export function artifactPlace(actions: readonly ActionExecutionDetail[], artifact: string): ObjectPlace | undefined {
  for (const { output } of actions) {
    const place = output?.outputArtifacts?.find(({ name }) => name === artifact)?.s3location
    if (place?.bucket !== undefined && place.key !== undefined) return { bucket: place.bucket, key: place.key }
  }
  return undefined
}

/** By path; entries of the same size and checksum are equal, and left out. */
export function entryChanges(before: readonly ArchiveEntry[], after: readonly ArchiveEntry[]): readonly EntryChange[] {
  const old = new Map(before.map((entry) => [entry.path, entry]))
  const fresh = new Map(after.map((entry) => [entry.path, entry]))
  const found: EntryChange[] = []
  for (const path of [...new Set([...old.keys(), ...fresh.keys()])].sort()) {
    const [was, is] = [old.get(path), fresh.get(path)]
    if (was !== undefined && is !== undefined && was.size === is.size && was.crc32 === is.crc32) continue
    const change = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed'
    found.push({ path, change, before: was?.size, after: is?.size })
  }
  return found
}

/** Files whose text is worth a look: templates and configuration before all. */
export const isTemplate = (path: string): boolean => /(?:template|\.template)\.(?:json|ya?ml)$/i.test(path)
export const isText = (path: string): boolean =>
  /\.(?:css|html?|js(?:on)?|md|sh|sql|tf|toml|tsx?|txt|xml|ya?ml)$/i.test(path)
