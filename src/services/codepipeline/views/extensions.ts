/**
 * What AWS's answers tell of extensions: nothing that is no part of AWS's shapes, and under `--strict` nothing at all. Else they say in
 * words what happened, where AWS has a place for words.
 */
import type { ActionExecution, PipelineExecution } from '../../../core/execution/execution.ts'

/** In front of the execution's own summary, if it has one. */
export function statusSummaryOf(
  { extension, statusSummary }: Pick<PipelineExecution, 'extension' | 'statusSummary'>,
  strict: boolean,
): string | undefined {
  if (extension === undefined || strict) return statusSummary
  return [originOf(extension), statusSummary].filter((text) => text !== undefined).join(' ')
}

function originOf(extension: NonNullable<PipelineExecution['extension']>): string {
  const { by, reason } = extension
  const because = reason === undefined ? '' : `: ${reason}`
  switch (extension.type) {
    case 'StartFromStage':
      return `(not on AWS) Started from stage ${extension.stage} with what execution ${extension.fromExecutionId} had produced, by ${by}${because}.`
    case 'RollbackAcrossVersions':
      return `(not on AWS) Rolled back to an execution of version ${extension.targetVersion} of the pipeline, by ${by}${because}.`
    default:
      return extension satisfies never
  }
}

/** A run that never was says who had the action skipped, and why. */
export const runSummaryOf = ({ skipped, summary }: ActionExecution, strict: boolean): string | undefined =>
  skipped === undefined || strict ? summary : `(not on AWS) Skipped once by ${skipped.by}: ${skipped.reason}`

export const updatedByOf = ({ skipped, updatedBy }: ActionExecution, strict: boolean): string | undefined =>
  skipped === undefined || strict ? updatedBy : skipped.by

/** The member, if it has a value. */
export const defined = <Member extends string>(
  members: Readonly<Record<Member, string | undefined>>,
): { [Name in Member]?: string } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in Member]?: string
  }
