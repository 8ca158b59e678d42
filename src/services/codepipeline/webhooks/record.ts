/** Webhooks as records (`spec` 5.3). The secret is sealed; the last part of the URL is kept, since reads show it. */
import type { ListWebhookItem, WebhookDefinition } from '@aws-sdk/client-codepipeline'
import { createHash } from 'node:crypto'
import { seal, unseal, type SealedSecret } from '../../../auth/auth.ts'
import type { KeyRing } from '../../../keys/keys.ts'
import { MASK } from '../../../core/pipeline/secrets.ts'
import type { Resource, ResourceKey, ResourceReader } from '../../../store/store.ts'
import { webhookArn, type Place } from '../arns.ts'
import { tagList, type Tags } from '../tags.ts'

export type Authentication = 'GITHUB_HMAC' | 'IP' | 'UNAUTHENTICATED'

export interface WebhookDocument {
  readonly targetPipeline: string
  readonly targetAction: string
  readonly filters: readonly { readonly jsonPath: string; readonly matchEquals?: string }[]
  readonly authentication: Authentication
  readonly allowedIpRange?: string
  readonly secret?: SealedSecret
  /** unguessable; given once, by the first put */
  readonly urlToken: string
  readonly tags: Tags
  /** ms since the epoch */
  readonly lastTriggered?: number
  readonly error?: { readonly code: string; readonly message: string }
}

export type Webhook = Resource<WebhookDocument>

export const WEBHOOK_PATH = '/_pipewright/webhooks/'

export const webhookKey = ({ account, region }: Place, name: string): ResourceKey => ({
  account,
  region,
  service: 'codepipeline',
  type: 'webhook',
  name,
})

/** Where a URL leads. Named by a digest, so that looking one up says nothing about its neighbours. */
export const urlKey = ({ account, region }: Place, urlToken: string): ResourceKey => ({
  account,
  region,
  service: 'codepipeline',
  type: 'webhook-url',
  name: createHash('sha256').update(urlToken).digest('base64url'),
})

interface UrlDocument {
  readonly webhook: string
}

export const urlDocument = (webhook: string): UrlDocument => ({ webhook })

export async function findByUrl(resources: ResourceReader, urlToken: string): Promise<Webhook | undefined> {
  const { name } = urlKey({ account: '', region: '' }, urlToken)
  const url = await resources.find<UrlDocument>('codepipeline', 'webhook-url', name)
  return url && (await resources.get<WebhookDocument>(webhookKey(url, url.document.webhook)))
}

export const sealToken = (keys: KeyRing, key: ResourceKey, token: string): SealedSecret =>
  seal(keys, webhookArn(key, key.name), token)

export const unsealToken = (keys: KeyRing, key: ResourceKey, secret: SealedSecret): string =>
  unseal(keys, webhookArn(key, key.name), secret)

/** @param endpoint scheme and host as the caller addressed us */
export const webhookView = (webhook: ResourceKey, document: WebhookDocument, endpoint: string): ListWebhookItem => ({
  definition: definitionView(webhook.name, document),
  url: `${endpoint}${WEBHOOK_PATH}${document.urlToken}`,
  arn: webhookArn(webhook, webhook.name),
  tags: tagList(document.tags),
  ...(document.lastTriggered !== undefined && { lastTriggered: new Date(document.lastTriggered) }),
  ...(document.error && { errorCode: document.error.code, errorMessage: document.error.message }),
})

const definitionView = (name: string, document: WebhookDocument): WebhookDefinition => ({
  name,
  targetPipeline: document.targetPipeline,
  targetAction: document.targetAction,
  filters: document.filters.map((filter) => ({ ...filter })),
  authentication: document.authentication,
  authenticationConfiguration: {
    ...(document.allowedIpRange !== undefined && { AllowedIPRange: document.allowedIpRange }),
    ...(document.secret && { SecretToken: MASK }),
  },
})
