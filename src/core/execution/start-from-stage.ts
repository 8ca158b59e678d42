/**
 * A new execution that begins at a later stage, with what an earlier execution had produced by then. The stages before it did not run
 * in it, and nothing says that they did. From then on it is an execution like any other. An extension.
 */
import type { PipelineDeclaration, StageDeclaration } from '../pipeline/declaration.ts'
import { arrive } from './advance.ts'
import type { ExtensionEvent } from './extension-events.ts'
import { describeNeed, needsOf, produces, unmetNeeds, type Need } from './needs.ts'
import { openExecution } from './open-execution.ts'
import { own } from './record.ts'
import { isFull, rejectFull, rejectUnknownExecution, rejectUnknownStage } from './rejections.ts'
import { rememberStart, startedBefore } from './start.ts'
import type { PipelineExecution } from './state.ts'
import { haveSameActions } from './structure-change.ts'
import { reject, type Turn, type Verdict } from './turn.ts'
import { obstacleInVariables, variablesOf } from './variables.ts'

type Request = Extract<ExtensionEvent, { type: 'StartFromStageRequested' }>

export function startFromStageRequested(turn: Turn, request: Request): Verdict {
  const { draft } = turn
  const { stage, executionId, fromExecutionId, by, reason, clientRequestToken } = request
  const known = startedBefore(turn, clientRequestToken)
  if (known !== undefined) return { reply: { executionId: known, started: false } }
  const place = draft.declaration.stages.findIndex(({ name }) => name === stage)
  if (place < 0) return rejectUnknownStage(draft.key, stage)
  const from = own(draft.executions, fromExecutionId) ?? request.from
  if (from === undefined) return rejectUnknownExecution(draft.key, fromExecutionId)
  const obstacle = obstacleTo(turn, request, from, place) ?? obstacleInVariables(draft.declaration, from)
  if (obstacle !== undefined) {
    return reject(
      'UnableToStartFromStageException',
      `No execution can start from stage '${stage}' with what execution '${fromExecutionId}' has produced: ${obstacle}`,
    )
  }
  if (isFull(turn)) return rejectFull(turn)
  const execution = openExecution(turn, {
    id: executionId,
    type: 'STANDARD',
    trigger: { type: 'StartPipelineExecution', detail: by },
    variables: variablesOf(draft.declaration, from),
    sourceRevisions: from.sourceRevisions,
    artifactRevisions: from.artifactRevisions,
    ...madeBy(draft.declaration.stages.slice(0, place), from),
    extension: { type: 'StartFromStage', stage, fromExecutionId, by, reason },
    ...(clientRequestToken === undefined ? {} : { clientRequestToken }),
  })
  rememberStart(turn, execution)
  arrive(turn, execution, stage)
  return { reply: { executionId, started: true } }
}

/** What these stages made; what later ones made of it is not taken over, because they run again. */
function madeBy(
  before: readonly StageDeclaration[],
  { artifacts, outputs }: PipelineExecution,
): Pick<PipelineExecution, 'artifacts' | 'outputs'> {
  const actions = before.flatMap((stage) => stage.actions)
  const isMade = (what: Need['what']): boolean => actions.some((action) => produces(action, what))
  return {
    artifacts: Object.fromEntries(Object.entries(artifacts).filter(([artifact]) => isMade({ artifact }))),
    outputs: Object.fromEntries(Object.entries(outputs).filter(([namespace]) => isMade({ namespace, key: '' }))),
  }
}

/** @returns why not, as the end of a sentence */
function obstacleTo(
  { draft: { declaration, version } }: Turn,
  { fromDeclaration, gone }: Request,
  from: PipelineExecution,
  place: number,
): string | undefined {
  if (place === 0) return 'it is the first stage, which an ordinary start begins with'
  if (from.type === 'ROLLBACK') return 'that is a rollback, which ran a single stage'
  const before = declaration.stages.slice(0, place)
  const thenDeclaration = from.pipelineVersion === version ? declaration : fromDeclaration
  if (thenDeclaration === undefined) return `version ${from.pipelineVersion} of the pipeline is no longer known`
  const changed = firstChange(before, thenDeclaration)
  if (changed !== undefined) return `stage '${changed}' has changed since version ${from.pipelineVersion}`
  const unfinished = before.find(({ name }) => !hasPassed(from, thenDeclaration, name))
  if (unfinished !== undefined) return `it did not succeed in stage '${unfinished.name}'`
  const ahead = declaration.stages.slice(place)
  const made = madeBy(before, from)
  const [need] = unmetNeeds(ahead, made, true)
  if (need !== undefined) return `${describeNeed(need)}, which that execution does not have`
  const lost = needsOf(ahead.map(ofAws), true).find(
    ({ what }) =>
      'artifact' in what && gone.includes(what.artifact) && own(made.artifacts, what.artifact) !== undefined,
  )
  return lost && `${describeNeed(lost)}, which no longer exists in the artifact store`
}

/** Job workers may keep their artifacts wherever they like: that the store has none of theirs says nothing. */
const ofAws = (stage: StageDeclaration): StageDeclaration => ({
  ...stage,
  actions: stage.actions.filter(({ actionTypeId }) => actionTypeId.owner === 'AWS'),
})

/** What the earlier stages made is only of use when they would be made the same way today. */
function firstChange(before: readonly StageDeclaration[], then: PipelineDeclaration): string | undefined {
  return before.find((stage, index) => {
    const earlier = then.stages[index]
    return earlier?.name !== stage.name || !haveSameActions(earlier, stage)
  })?.name
}

/** A stage that its entry condition skipped was passed too, and so was one that another start from a later stage passed over. */
function hasPassed({ stages, extension }: PipelineExecution, then: PipelineDeclaration, name: string): boolean {
  const status = own(stages, name)?.status
  if (status !== undefined) return status === 'Succeeded' || status === 'Skipped'
  if (extension?.type !== 'StartFromStage') return false
  const place = (stage: string): number => then.stages.findIndex((each) => each.name === stage)
  return place(name) < place(extension.stage)
}
