import {
  DeleteWebhook$,
  type DeleteWebhookCommandInput,
  type DeleteWebhookCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { webhookArn } from '../arns.ts'
import { define } from '../define.ts'
import { urlKey, webhookKey, type WebhookDocument } from '../webhooks/record.ts'

/** Its URL is gone for good. A missing webhook is no error. */
export const deleteWebhook = define<DeleteWebhookCommandInput, DeleteWebhookCommandOutput>(
  DeleteWebhook$,
  ({ name }, call) => webhookArn(call, name),
  async ({ store }, { name = '' }, call) => {
    await store.write(async ({ resources }) => {
      const webhook = await resources.get<WebhookDocument>(webhookKey(call, name))
      if (webhook === undefined) return
      await resources.delete(urlKey(call, webhook.document.urlToken))
      await resources.delete(webhookKey(call, name))
    })
    return {}
  },
)
