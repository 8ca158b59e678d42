import {
  ListWebhooks$,
  type ListWebhooksCommandInput,
  type ListWebhooksCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { define } from '../define.ts'
import { page, readToken, writeToken } from '../tokens.ts'
import { webhookView, type WebhookDocument } from '../webhooks/record.ts'

const DEFAULT_PAGE = 100

/** By name. */
export const listWebhooks = define<ListWebhooksCommandInput, ListWebhooksCommandOutput>(
  ListWebhooks$,
  '*',
  async ({ store }, { NextToken, MaxResults: limit = DEFAULT_PAGE }, { account, region, endpoint }) => {
    const scope = [account, region]
    const after = readToken<string>('ListWebhooks', scope, NextToken)
    const found = await store.read.resources.list<WebhookDocument>({
      account,
      region,
      service: 'codepipeline',
      type: 'webhook',
      limit: limit + 1,
      ...(after !== undefined && { after: { name: after, ordinal: 0 } }),
    })
    const { items, nextToken } = page(found, limit, ({ name }) => writeToken('ListWebhooks', scope, name))
    return {
      webhooks: items.map((webhook) => webhookView(webhook, webhook.document, endpoint)),
      ...(nextToken !== undefined && { NextToken: nextToken }),
    }
  },
)
