import {
  PutWebhook$,
  type PutWebhookCommandInput,
  type PutWebhookCommandOutput,
  type WebhookDefinition,
} from '@aws-sdk/client-codepipeline'
import { randomToken } from '../../../base/ids.ts'
import { parseJsonPath } from '../../../core/patterns/json-path.ts'
import { MASK } from '../../../core/pipeline/secrets.ts'
import { ServiceError, type Call } from '../../../wire/wire.ts'
import { pipelineArn, webhookArn } from '../arns.ts'
import { define } from '../define.ts'
import { limitsOf, type CodePipelineDependencies } from '../dependencies.ts'
import { limitExceeded, validation } from '../errors.ts'
import { keyOf, requirePipeline } from '../pipelines.ts'
import { addTags } from '../tags.ts'
import { parametersProblem } from '../webhooks/authentication.ts'
import { findTarget, targetMissing } from '../webhooks/delivery.ts'
import { sealToken, urlDocument, urlKey, webhookKey, webhookView, type WebhookDocument } from '../webhooks/record.ts'

/** Creates or replaces by name. The first put gives the webhook its URL; later ones keep it (`spec` 5.3). */
export const putWebhook = define<PutWebhookCommandInput, PutWebhookCommandOutput>(
  PutWebhook$,
  ({ webhook }, call) => [webhookArn(call, webhook?.name), pipelineArn(call, webhook?.targetPipeline)],
  async (dependencies, { webhook, tags: given }, call) => {
    // The shape check has seen to it that the required members are there.
    const definition = webhook as Definition
    const key = webhookKey(call, definition.name)
    await refuseWhenFull(dependencies, call, definition.name)
    await requireTarget(dependencies, call, definition)
    const { store, keys } = dependencies
    const { limit } = limitOf(dependencies)
    const document = await store.write(async ({ resources }) => {
      const existing = (await resources.get<WebhookDocument>(key))?.document
      if (existing === undefined && (await resources.count(scopeOf(call))) >= limit)
        throw limitExceeded('webhooks', limit)
      const secret = secretOf(definition, existing?.secret, (token) => sealToken(keys, key, token))
      checkFilters(definition)
      const { targetPipeline, targetAction, authentication, authenticationConfiguration } = definition
      const allowedIpRange = authenticationConfiguration.AllowedIPRange
      const document: WebhookDocument = {
        targetPipeline,
        targetAction,
        filters: definition.filters.map(({ jsonPath, matchEquals }) => ({
          jsonPath,
          ...(matchEquals !== undefined && { matchEquals }),
        })),
        authentication,
        ...(allowedIpRange !== undefined && { allowedIpRange }),
        ...(secret && { secret }),
        urlToken: existing?.urlToken ?? randomToken(),
        tags: addTags(existing?.tags ?? {}, given, webhookArn(call, definition.name)),
        ...(existing?.lastTriggered !== undefined && { lastTriggered: existing.lastTriggered }),
      }
      await resources.put(key, document)
      await resources.put(urlKey(call, document.urlToken), urlDocument(definition.name))
      return document
    })
    return { webhook: webhookView(key, document, call.endpoint) }
  },
)

type Definition = {
  [Member in Exclude<keyof WebhookDefinition, 'filters'>]-?: NonNullable<WebhookDefinition[Member]>
} & { readonly filters: readonly { readonly jsonPath: string; readonly matchEquals?: string | undefined }[] }

const scopeOf = ({ account, region }: Call) => ({ account, region, service: 'codepipeline', type: 'webhook' })

const limitOf = (dependencies: CodePipelineDependencies) => ({ limit: limitsOf(dependencies).webhooksPerRegion })

/** Before anything else is looked at; the write looks again. */
async function refuseWhenFull(dependencies: CodePipelineDependencies, call: Call, name: string): Promise<void> {
  const { resources } = dependencies.store.read
  const { limit } = limitOf(dependencies)
  if ((await resources.count(scopeOf(call))) < limit) return
  if ((await resources.get(webhookKey(call, name))) === undefined) throw limitExceeded('webhooks', limit)
}

async function requireTarget(
  dependencies: CodePipelineDependencies,
  call: Call,
  definition: Definition,
): Promise<void> {
  const { state } = await requirePipeline(dependencies, keyOf(call, definition.targetPipeline))
  if (findTarget(state.declaration, definition.targetAction) === undefined) {
    throw validation(targetMissing(definition.targetAction))
  }
}

/** What reads show in place of a secret, sent back, keeps the secret that is there. */
function secretOf<Secret>(
  { authentication, authenticationConfiguration }: Definition,
  existing: Secret | undefined,
  sealed: (token: string) => Secret,
): Secret | undefined {
  const token = authenticationConfiguration.SecretToken
  const problem =
    parametersProblem(authentication, authenticationConfiguration) ??
    (token === MASK && existing === undefined
      ? `SecretToken '${MASK}' stands for a secret that is not there`
      : undefined)
  if (problem !== undefined) throw new ServiceError('InvalidWebhookAuthenticationParametersException', problem)
  if (token === undefined) return undefined
  return token === MASK ? existing : sealed(token)
}

function checkFilters({ filters }: Definition): void {
  const wrong = filters.find(({ jsonPath }) => parseJsonPath(jsonPath) === undefined)
  if (wrong === undefined) return
  throw new ServiceError(
    'InvalidWebhookFilterPatternException',
    `The JsonPath '${wrong.jsonPath}' is not valid: a path starts with $ and has names, positions, wildcards and at most two descents`,
  )
}
