/**
 * What pages read, as TanStack queries: one place says under which key an answer is kept, so that one place can say what a
 * live event makes stale. Lists are read whole up to a bound; the API's pages are an affair of this file.
 */
import {
  GetPipelineCommand,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  ListActionTypesCommand,
  ListPipelineExecutionsCommand,
  ListPipelinesCommand,
  ListRuleExecutionsCommand,
  ListTagsForResourceCommand,
  type ActionExecutionDetail,
  type PipelineExecutionSummary,
  type PipelineSummary,
  type RuleExecutionDetail,
} from '@aws-sdk/client-codepipeline'
import { queryOptions } from '@tanstack/react-query'
import type { Explanation } from './explain-types.ts'
import { codepipeline } from './codepipeline.ts'
import { own } from './own.ts'

/** Every key of something about one pipeline begins like this. */
export const aboutPipeline = (name: string) => ['pipeline', name] as const

export const pipelines = () =>
  queryOptions({
    queryKey: ['pipelines'],
    queryFn: async ({ signal }): Promise<PipelineSummary[]> => {
      const found: PipelineSummary[] = []
      let nextToken: string | undefined
      do {
        const page = await codepipeline().send(new ListPipelinesCommand({ nextToken, maxResults: 1000 }), {
          abortSignal: signal,
        })
        found.push(...(page.pipelines ?? []))
        nextToken = page.nextToken
      } while (nextToken !== undefined)
      return found
    },
  })

/** `version` absent: the newest. */
export const pipeline = (name: string, version?: number) =>
  queryOptions({
    queryKey: [...aboutPipeline(name), 'declaration', version ?? 'newest'],
    queryFn: async ({ signal }) =>
      await codepipeline().send(new GetPipelineCommand({ name, version }), { abortSignal: signal }),
    ...(version !== undefined && { staleTime: Infinity }),
  })

export const pipelineState = (name: string) =>
  queryOptions({
    queryKey: [...aboutPipeline(name), 'state'],
    queryFn: async ({ signal }) =>
      await codepipeline().send(new GetPipelineStateCommand({ name }), { abortSignal: signal }),
  })

export const pipelineTags = (arn: string) =>
  queryOptions({
    queryKey: ['tags', arn],
    queryFn: async ({ signal }) =>
      (await codepipeline().send(new ListTagsForResourceCommand({ resourceArn: arn }), { abortSignal: signal })).tags ??
      [],
    staleTime: 60_000,
  })

/** The newest first, `most` at most. */
export const executions = (name: string, most = 100) =>
  queryOptions({
    queryKey: [...aboutPipeline(name), 'executions', most],
    queryFn: async ({ signal }): Promise<PipelineExecutionSummary[]> => {
      const found: PipelineExecutionSummary[] = []
      let nextToken: string | undefined
      do {
        const page = await codepipeline().send(
          new ListPipelineExecutionsCommand({
            pipelineName: name,
            maxResults: Math.min(100, most - found.length),
            nextToken,
          }),
          { abortSignal: signal },
        )
        found.push(...(page.pipelineExecutionSummaries ?? []))
        nextToken = page.nextToken
      } while (nextToken !== undefined && found.length < most)
      return found
    },
  })

export const execution = (name: string, id: string) =>
  queryOptions({
    queryKey: [...aboutPipeline(name), 'execution', id],
    queryFn: async ({ signal }) => {
      const { pipelineExecution } = await codepipeline().send(
        new GetPipelineExecutionCommand({ pipelineName: name, pipelineExecutionId: id }),
        { abortSignal: signal },
      )
      if (pipelineExecution === undefined) throw new Error(`The server described no execution ${id}.`)
      return pipelineExecution
    },
  })

/** Of one execution, or of the whole pipeline; the newest first, `most` at most. */
export const actionExecutions = (name: string, pipelineExecutionId?: string, most = 2000) =>
  queryOptions({
    queryKey: [...aboutPipeline(name), 'actions', pipelineExecutionId ?? 'all', most],
    queryFn: async ({ signal }): Promise<ActionExecutionDetail[]> => {
      const found: ActionExecutionDetail[] = []
      let nextToken: string | undefined
      do {
        const page = await codepipeline().send(
          new ListActionExecutionsCommand({
            pipelineName: name,
            maxResults: 100,
            nextToken,
            ...(pipelineExecutionId !== undefined && { filter: { pipelineExecutionId } }),
          }),
          { abortSignal: signal },
        )
        found.push(...(page.actionExecutionDetails ?? []))
        nextToken = page.nextToken
      } while (nextToken !== undefined && found.length < most)
      return found
    },
  })

export const ruleExecutions = (name: string, pipelineExecutionId?: string) =>
  queryOptions({
    queryKey: [...aboutPipeline(name), 'rules', pipelineExecutionId ?? 'all'],
    queryFn: async ({ signal }): Promise<RuleExecutionDetail[]> => {
      const { ruleExecutionDetails } = await codepipeline().send(
        new ListRuleExecutionsCommand({
          pipelineName: name,
          maxResults: 100,
          ...(pipelineExecutionId !== undefined && { filter: { pipelineExecutionId } }),
        }),
        { abortSignal: signal },
      )
      return ruleExecutionDetails ?? []
    },
  })

export const actionTypes = () =>
  queryOptions({
    queryKey: ['action-types'],
    queryFn: async ({ signal }) =>
      (await codepipeline().send(new ListActionTypesCommand({}), { abortSignal: signal })).actionTypes ?? [],
    staleTime: 60_000,
  })

/** Why something waits, failed or was superseded, and what unblocks it. */
export const explanation = (pipelineName: string, pipelineExecutionId?: string) =>
  queryOptions({
    queryKey: [...aboutPipeline(pipelineName), 'explanation', pipelineExecutionId ?? 'all'],
    queryFn: async ({ signal }) => await own<Explanation>('Explain', { pipelineName, pipelineExecutionId }, signal),
  })

/** Where the time of an execution went. */
export const timings = (pipelineName: string, pipelineExecutionId: string) =>
  queryOptions({
    queryKey: [...aboutPipeline(pipelineName), 'timings', pipelineExecutionId],
    queryFn: async ({ signal }) => await own<unknown>('GetTimings', { pipelineName, pipelineExecutionId }, signal),
  })
