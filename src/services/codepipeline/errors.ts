/** The mistakes a caller can make, with the texts of `spec` 9.3. Every one of them is an HTTP 400. */
import type { PipelineKey } from '../../core/execution/execution.ts'
import { ServiceError } from '../../wire/wire.ts'

export const validation = (message: string) => new ServiceError('ValidationException', message)

export const pipelineNotFound = (account: string, name: string) =>
  new ServiceError('PipelineNotFoundException', `Account '${account}' does not have a pipeline with name '${name}'`)

export const pipelineVersionNotFound = (account: string, name: string, version: number) =>
  new ServiceError(
    'PipelineVersionNotFoundException',
    `Account '${account}' does not have a pipeline with name '${name}' and version '${version}'`,
  )

export const pipelineNameInUse = (account: string, name: string) =>
  new ServiceError(
    'PipelineNameInUseException',
    `A pipeline with the name '${name}' already exists in account '${account}'`,
  )

export const executionNotFound = (account: string, pipeline: string, executionId: string) =>
  new ServiceError(
    'PipelineExecutionNotFoundException',
    `Account '${account}' does not have an execution with id '${executionId}' for pipeline '${pipeline}'`,
  )

export const stageNotFound = ({ account, name }: PipelineKey, stage: string) =>
  new ServiceError(
    'StageNotFoundException',
    `Account '${account}' does not have a stage with name '${stage}' in pipeline '${name}'`,
  )

export const actionNotFound = ({ account, name }: PipelineKey, stage: string, action: string) =>
  new ServiceError(
    'ActionNotFoundException',
    `Account '${account}' does not have an action with name '${action}' in stage '${stage}' of pipeline '${name}'`,
  )

export const actionTypeNotFound = (category: string, owner: string, provider: string, version: string) =>
  new ServiceError(
    'ActionTypeNotFoundException',
    `ActionType (Category: '${category}', Provider: '${provider}', Owner: '${owner}', Version: '${version}') is not available`,
  )

export const jobNotFound = (jobId: string) =>
  new ServiceError('JobNotFoundException', `Could not find a job with id '${jobId}'`)

export const invalidJobState = (jobId: string) =>
  new ServiceError(
    'InvalidJobStateException',
    `The job with id '${jobId}' is not in progress: it was not acknowledged or has already ended`,
  )

export const invalidNonce = () =>
  new ServiceError('InvalidNonceException', 'The nonce is outdated or the job has been claimed by another job worker')

export const webhookNotFound = (name: string) =>
  new ServiceError('WebhookNotFoundException', `Could not find a webhook with name '${name}'`)

export const invalidNextToken = () => new ServiceError('InvalidNextTokenException', 'The next token is invalid')

export const invalidArn = (arn: string) =>
  new ServiceError('InvalidArnException', `The resource ARN '${arn}' is not that of a taggable resource`)

export const resourceNotFound = (arn: string) =>
  new ServiceError('ResourceNotFoundException', `The resource with ARN '${arn}' does not exist`)

export const limitExceeded = (what: string, limit: number) =>
  new ServiceError(
    'LimitExceededException',
    `The limit of ${limit} ${what} in this account and region has been reached`,
  )
