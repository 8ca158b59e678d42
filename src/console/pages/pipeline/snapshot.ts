/** What the picture is made of, asked for together: one answer, so that its parts fit each other. */
import {
  GetPipelineCommand,
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  ListRuleExecutionsCommand,
  type ActionExecutionDetail,
  type PipelineDeclaration,
  type PipelineExecutionSummary,
  type RuleExecutionDetail,
  type StageState,
} from '@aws-sdk/client-codepipeline'
import { queryOptions } from '@tanstack/react-query'
import { codepipeline } from '../../api/codepipeline.ts'
import { region } from '../../api/region.ts'
import { getOwn } from '../../api/session.ts'
import { applyEvents, type BusEvent } from '../../graph/apply-event.ts'
import type { DoorChange } from '../../graph/at-instant.ts'
import { declaredOf, type DeclaredPipeline } from '../../graph/declared.ts'
import { isActive } from '../../graph/from-api.ts'
import type { Picture } from '../../graph/model.ts'
import { pictureNow, type Answers } from '../../graph/picture.ts'

export interface Snapshot {
  readonly pipeline: DeclaredPipeline
  readonly declaration: PipelineDeclaration
  readonly answers: Answers
  /** when the first of its parts was asked for */
  readonly askedAt: number
}

const EXECUTIONS = 100
/** enough to know whose the newest runs are, mostly */
const RUNS = 100
/** PARALLEL executions are known from their runs only, and large stages have many */
const MANY_RUNS = 1000

/** Not under `aboutPipeline`: events are applied to the picture, and the answers confirm it now and then. */
export const snapshot = (name: string) =>
  queryOptions({
    queryKey: ['picture', name],
    queryFn: async ({ signal }): Promise<Snapshot> => {
      const askedAt = Date.now()
      const options = { abortSignal: signal }
      const client = codepipeline()
      const [described, state, executions, newestRuns] = await Promise.all([
        client.send(new GetPipelineCommand({ name }), options),
        client.send(new GetPipelineStateCommand({ name }), options),
        listExecutions(name, EXECUTIONS, signal),
        listActionExecutions(name, RUNS, signal),
      ])
      const declaration = described.pipeline as PipelineDeclaration
      const pipeline = declaredOf(declaration)
      const isParallel = pipeline.mode === 'PARALLEL'
      const [actionExecutions, ruleExecutions] = await Promise.all([
        newestRuns.length === RUNS && (isParallel || hasUnknownRuns(state.stageStates, newestRuns))
          ? listActionExecutions(name, MANY_RUNS, signal)
          : newestRuns,
        isParallel ? listRuleExecutions(name, 200, signal) : [],
      ])
      const answers: Answers = { stageStates: state.stageStates ?? [], executions, actionExecutions, ruleExecutions }
      return { pipeline, declaration, answers, askedAt }
    },
    staleTime: 10_000,
  })

/** In a stage where somebody is, it matters whether what has run is theirs. */
function hasUnknownRuns(states: readonly StageState[] = [], runs: readonly ActionExecutionDetail[]): boolean {
  const known = new Set(runs.map(({ actionExecutionId }) => actionExecutionId))
  return states
    .filter(({ latestExecution }) => isActive(latestExecution?.status))
    .flatMap(({ actionStates = [] }) => actionStates)
    .some(({ latestExecution: run }) => run !== undefined && !known.has(run.actionExecutionId))
}

/** Everything that history knows, as far back as one wants to slide. */
export const past = (name: string) =>
  queryOptions({
    queryKey: ['picture', name, 'past'],
    queryFn: async ({ signal }) => {
      const [executions, actionExecutions, ruleExecutions, doors] = await Promise.all([
        listExecutions(name, 300, signal),
        listActionExecutions(name, 3000, signal),
        listRuleExecutions(name, 500, signal),
        doorChanges(name, signal),
      ])
      return { executions, actionExecutions, ruleExecutions, doors }
    },
    staleTime: 5000,
  })

async function listExecutions(name: string, most: number, signal: AbortSignal): Promise<PipelineExecutionSummary[]> {
  return await paged(most, async (maxResults, nextToken) => {
    const command = new ListPipelineExecutionsCommand({ pipelineName: name, maxResults, nextToken })
    const page = await codepipeline().send(command, { abortSignal: signal })
    return { items: page.pipelineExecutionSummaries ?? [], nextToken: page.nextToken }
  })
}

async function listActionExecutions(name: string, most: number, signal: AbortSignal): Promise<ActionExecutionDetail[]> {
  return await paged(most, async (maxResults, nextToken) => {
    const command = new ListActionExecutionsCommand({ pipelineName: name, maxResults, nextToken })
    const page = await codepipeline().send(command, { abortSignal: signal })
    return { items: page.actionExecutionDetails ?? [], nextToken: page.nextToken }
  })
}

async function listRuleExecutions(name: string, most: number, signal: AbortSignal): Promise<RuleExecutionDetail[]> {
  return await paged(most, async (maxResults, nextToken) => {
    const command = new ListRuleExecutionsCommand({ pipelineName: name, maxResults, nextToken })
    const page = await codepipeline().send(command, { abortSignal: signal })
    return { items: page.ruleExecutionDetails ?? [], nextToken: page.nextToken }
  })
}

async function paged<Item>(
  most: number,
  read: (
    maxResults: number,
    nextToken: string | undefined,
  ) => Promise<{ items: Item[]; nextToken: string | undefined }>,
): Promise<Item[]> {
  const found: Item[] = []
  let nextToken: string | undefined
  do {
    const page = await read(Math.min(100, most - found.length), nextToken)
    found.push(...page.items)
    nextToken = page.nextToken
  } while (nextToken !== undefined && found.length < most)
  return found
}

interface JournalEvent {
  readonly time: number
  readonly detailType: string
  readonly detail: Readonly<Record<string, unknown>>
}

/** Of the journal, as far as it still has them. */
async function doorChanges(name: string, signal: AbortSignal): Promise<readonly DoorChange[]> {
  const query = new URLSearchParams({ pipeline: name, region: region(), limit: '1000' })
  const { events } = await getOwn<{ events: readonly JournalEvent[] }>(`journal?${query}`, signal)
  return events.flatMap(({ time, detailType, detail }): readonly DoorChange[] => {
    const stage = detail['stage']
    if (detailType !== 'CodePipeline Stage Transition State Change' || typeof stage !== 'string') return []
    const reason = detail['reason']
    return [
      {
        stage,
        at: time,
        door:
          detail['state'] === 'DISABLED'
            ? { isOpen: false, ...(typeof reason === 'string' ? { reason } : {}) }
            : { isOpen: true },
      },
    ]
  })
}

/** @param events those that may not be in the snapshot yet, oldest first; one that is does no harm */
export const pictureOf = ({ pipeline, answers }: Snapshot, events: readonly BusEvent[]): Picture =>
  applyEvents(pictureNow(pipeline, answers), events).picture
