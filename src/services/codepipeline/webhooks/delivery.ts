/** What arrives at a webhook's URL: proven, filtered, and made into a start (`spec` 5.3). */
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { ActionDeclaration, PipelineDeclaration } from '../../../core/pipeline/declaration.ts'
import { webhookArn } from '../arns.ts'
import { customTypes } from '../action-types.ts'
import type { CodePipelineDependencies } from '../dependencies.ts'
import { keyOf } from '../pipelines.ts'
import { isInRange, isSigned } from './authentication.ts'
import { isDeletion, pushedRevision, tryFilters, type FilterResult } from './matching.ts'
import { describeDelivery, type DeliveryRecord } from './delivery-record.ts'
import { parsePayload, readBody } from './payload.ts'
import { findByUrl, unsealToken, webhookKey, WEBHOOK_PATH, type Webhook, type WebhookDocument } from './record.ts'

export interface Delivery {
  readonly method: string
  /** without the query */
  readonly path: string
  /** lower-case names */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
  /** of the peer, or what a declared proxy says */
  readonly sourceAddress: string
}

export interface DeliveryAnswer {
  readonly statusCode: number
  readonly body: Readonly<Record<string, string>>
}

export interface Webhooks {
  deliver(delivery: Delivery): Promise<DeliveryAnswer>
}

export interface WebhookDependencies extends Pick<
  CodePipelineDependencies,
  'store' | 'engine' | 'keys' | 'clock' | 'newId'
> {
  /** Told of every delivery to a webhook that there is, after it was judged. Must not throw. */
  readonly onDelivery?: (make: () => DeliveryRecord) => void
}

/** What a delivery came to: the sender is told the answer only. */
interface Judgement {
  readonly answer: DeliveryAnswer
  /** why nothing was started */
  readonly reason?: string
  readonly filters?: readonly FilterResult[]
  readonly executionId?: string
}

export function createWebhooks(dependencies: WebhookDependencies): Webhooks {
  return {
    deliver: async (delivery) => {
      const token = delivery.path.slice(WEBHOOK_PATH.length)
      const webhook = await findByUrl(dependencies.store.read.resources, token)
      if (webhook === undefined) return refused(404, 'There is no webhook at this address.')
      if (delivery.method !== 'POST') return refused(405, 'A webhook takes POST requests.')
      const { sourceAddress, headers } = delivery
      const time = dependencies.clock.now()
      const judgement = await judge(dependencies, webhook, delivery)
      dependencies.onDelivery?.(() => describeDelivery(webhook, { time, sourceAddress, headers }, judgement))
      return judgement.answer
    },
  }
}

async function judge(dependencies: WebhookDependencies, webhook: Webhook, delivery: Delivery): Promise<Judgement> {
  const refusal = (statusCode: number, message: string) => refuse(dependencies, webhook, statusCode, message)
  const { authentication, allowedIpRange = '' } = webhook.document
  if (authentication === 'IP' && !isInRange(delivery.sourceAddress, allowedIpRange)) {
    return await refusal(403, `The address ${delivery.sourceAddress} is not in the allowed range.`)
  }
  const body = await readBody(delivery.body, delivery.headers)
  if (body === undefined) return await refusal(413, 'The payload is larger than 25 MB.')
  if (authentication === 'GITHUB_HMAC' && !isProven(dependencies, webhook, delivery, body)) {
    return await refusal(401, "The payload is not signed with the webhook's secret token.")
  }
  const parsed = parsePayload(body, delivery.headers['content-type'])
  if (parsed === undefined) return await refusal(400, 'The payload is neither JSON nor a form with a JSON payload.')
  return await trigger(dependencies, webhook, delivery, parsed.payload)
}

function isProven({ keys }: WebhookDependencies, webhook: Webhook, { headers }: Delivery, body: Uint8Array): boolean {
  const { secret } = webhook.document
  return secret !== undefined && isSigned(headers, body, unsealToken(keys, webhook, secret))
}

async function trigger(
  dependencies: WebhookDependencies,
  webhook: Webhook,
  { headers }: Delivery,
  payload: unknown,
): Promise<Judgement> {
  const { store, engine, clock, newId } = dependencies
  const { document, name } = webhook
  if (headers['x-github-event'] === 'ping') return ignored('It only asks whether somebody listens.')
  const key = keyOf(webhook, document.targetPipeline)
  const record = await store.read.pipelines.load(key)
  if (record === undefined) return ignored(`There is no pipeline ${document.targetPipeline}.`)
  const { declaration } = record.state
  const action = findTarget(declaration, document.targetAction)
  if (action === undefined) {
    await note(dependencies, webhook, {
      code: 'ActionNotFound',
      message: targetMissing(document.targetAction),
    })
    return ignored(targetMissing(document.targetAction))
  }
  const custom = await customTypes(store.read.resources, key, [action.actionTypeId], { deleted: true })
  const filters = tryFilters(document.filters, payload, action, custom)
  const stopped = filters.find(({ passed }) => !passed)
  if (stopped !== undefined) return ignored(`The filter ${stopped.jsonPath} did not pass.`, filters)
  if (isDeletion(payload, action)) return ignored('The branch was deleted.', filters)

  const answer = await engine.send(
    key,
    {
      type: 'ExecutionRequested',
      executionId: newId(),
      trigger: { type: 'Webhook', detail: webhookArn(webhook, name) },
      variables: defaultValues(declaration),
      sourceRevisions: pushedRevision(payload, action, custom),
      ...deliveryToken(webhook, headers['x-github-delivery']),
      automatic: true,
    },
    async ({ resources }) => {
      const now = await resources.get<WebhookDocument>(webhookKey(webhook, name))
      if (now === undefined) return
      const { error: _mended, ...rest } = now.document
      await resources.put(webhookKey(webhook, name), { ...rest, lastTriggered: clock.now() } satisfies WebhookDocument)
    },
  )
  if (answer.accepted) {
    const { executionId = '' } = answer.reply
    const body = { status: 'started', pipelineExecutionId: executionId }
    return { answer: { statusCode: 200, body }, filters, executionId }
  }
  if (answer.rejection === 'no-such-pipeline')
    return ignored(`There is no pipeline ${document.targetPipeline}.`, filters)
  await note(dependencies, webhook, answer.rejection)
  return ignored(answer.rejection.message, filters)
}

export const findTarget = ({ stages }: PipelineDeclaration, name: string): ActionDeclaration | undefined =>
  stages[0]?.actions.find((action) => action.name === name)

export const targetMissing = (action: string): string =>
  `Action with name ${action} was not found in the first stage of the pipeline`

/** GitHub may deliver again what we have answered: the same delivery is the same start. */
function deliveryToken(webhook: Webhook, delivery: string | undefined) {
  if (delivery === undefined) return {}
  const digest = createHash('sha256').update(JSON.stringify([webhook.document.urlToken, delivery]))
  return { clientRequestToken: `webhook/${digest.digest('base64url')}` }
}

/** Nobody is there to give values: a variable without a default is missing, and the execution is recorded as Failed. */
const defaultValues = ({ variables = [] }: PipelineDeclaration): Readonly<Record<string, string>> =>
  Object.fromEntries(
    variables.flatMap(({ name, defaultValue }) => (defaultValue === undefined ? [] : [[name, defaultValue]])),
  )

const ignored = (reason: string, filters?: readonly FilterResult[]): Judgement => ({
  answer: { statusCode: 200, body: { status: 'ignored' } },
  reason,
  ...(filters && { filters }),
})

const refused = (statusCode: number, message: string): DeliveryAnswer => ({ statusCode, body: { message } })

/** ListWebhooks shows why deliveries fail. */
async function refuse(
  dependencies: WebhookDependencies,
  webhook: Webhook,
  statusCode: number,
  message: string,
): Promise<Judgement> {
  await note(dependencies, webhook, { code: String(statusCode), message })
  return { answer: refused(statusCode, message), reason: message }
}

/** Writes only what is news: a stranger who repeats himself costs no disk. */
async function note(
  { store }: WebhookDependencies,
  webhook: Webhook,
  error: NonNullable<WebhookDocument['error']>,
): Promise<void> {
  if (webhook.document.error?.code === error.code) return
  await store.write(async ({ resources }) => {
    const key = webhookKey(webhook, webhook.name)
    const now = await resources.get<WebhookDocument>(key)
    if (now === undefined) return
    const { code, message } = error
    await resources.put(key, { ...now.document, error: { code, message } } satisfies WebhookDocument)
  })
}
