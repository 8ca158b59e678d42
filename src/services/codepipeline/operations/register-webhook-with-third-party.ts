import {
  DeregisterWebhookWithThirdParty$,
  RegisterWebhookWithThirdParty$,
  type DeregisterWebhookWithThirdPartyCommandInput,
  type DeregisterWebhookWithThirdPartyCommandOutput,
  type RegisterWebhookWithThirdPartyCommandInput,
  type RegisterWebhookWithThirdPartyCommandOutput,
} from '@aws-sdk/client-codepipeline'
import type { Call } from '../../../wire/wire.ts'
import { webhookArn } from '../arns.ts'
import { define } from '../define.ts'
import type { CodePipelineDependencies } from '../dependencies.ts'
import { webhookNotFound } from '../errors.ts'
import { keyOf } from '../pipelines.ts'
import { findTarget } from '../webhooks/delivery.ts'
import { webhookKey, type WebhookDocument } from '../webhooks/record.ts'

/**
 * Succeeds for every webhook that is there. Pipewright calls no git host: for a GitHub action the webhook's own error says that
 * the URL must be entered there, until the first delivery arrives.
 */
export const registerWebhookWithThirdParty = define<
  RegisterWebhookWithThirdPartyCommandInput,
  RegisterWebhookWithThirdPartyCommandOutput
>(
  RegisterWebhookWithThirdParty$,
  ({ webhookName }, call) => webhookArn(call, webhookName),
  async (dependencies, { webhookName = '' }, call) => {
    await change(dependencies, call, webhookName, async (webhook) =>
      (await targetsGitHub(dependencies, call, webhook)) && webhook.lastTriggered === undefined
        ? { ...webhook, error: NOT_REGISTERED }
        : webhook,
    )
    return {}
  },
)

export const deregisterWebhookWithThirdParty = define<
  DeregisterWebhookWithThirdPartyCommandInput,
  DeregisterWebhookWithThirdPartyCommandOutput
>(
  DeregisterWebhookWithThirdParty$,
  ({ webhookName }, call) => webhookArn(call, webhookName),
  async (dependencies, { webhookName = '' }, call) => {
    await change(dependencies, call, webhookName, async (webhook) => {
      const { error, ...rest } = webhook
      return error?.code === NOT_REGISTERED.code ? rest : webhook
    })
    return {}
  },
)

const NOT_REGISTERED = {
  code: 'NotRegistered',
  message: 'Pipewright does not call GitHub: add the URL and the secret token to the repository’s webhooks there.',
}

/** @throws WebhookNotFoundException */
async function change(
  { store }: CodePipelineDependencies,
  call: Call,
  name: string,
  changed: (webhook: WebhookDocument) => Promise<WebhookDocument>,
): Promise<void> {
  const key = webhookKey(call, name)
  await store.write(async ({ resources }) => {
    const webhook = await resources.get<WebhookDocument>(key)
    if (webhook === undefined) throw webhookNotFound(name)
    const after = await changed(webhook.document)
    if (after !== webhook.document) await resources.put(key, after)
  })
}

async function targetsGitHub(
  { store }: CodePipelineDependencies,
  call: Call,
  { targetPipeline, targetAction }: WebhookDocument,
): Promise<boolean> {
  const pipeline = await store.read.pipelines.load(keyOf(call, targetPipeline))
  const target = pipeline && findTarget(pipeline.state.declaration, targetAction)
  return target?.actionTypeId.owner === 'ThirdParty' && target.actionTypeId.provider === 'GitHub'
}
