import {
  UpdateActionType$,
  type UpdateActionTypeCommandInput,
  type UpdateActionTypeCommandOutput,
} from '@aws-sdk/client-codepipeline'
import {
  breaksPipelines,
  integrationTypeProblem,
  type IntegrationType,
} from '../../../core/pipeline/integration-type.ts'
import { ServiceError } from '../../../wire/wire.ts'
import { actionTypeArn } from '../arns.ts'
import { define } from '../define.ts'
import { actionTypeNotFound, validation } from '../errors.ts'
import { findIntegration, type IntegrationDocument } from '../integration-types.ts'

/** Replaces the definition; only the account that made the type may, and it does not create (`spec` 6.5). */
export const updateActionType = define<UpdateActionTypeCommandInput, UpdateActionTypeCommandOutput>(
  UpdateActionType$,
  ({ actionType }, call) => actionTypeArn(call, actionType?.id ?? {}),
  async ({ store }, input, call) => {
    // The shape check has seen to it that the required members are there.
    const definition = input.actionType as IntegrationType
    const { category, owner, provider, version } = definition.id
    const problem = integrationTypeProblem(definition)
    if (problem !== undefined) throw validation(problem)
    await store.write(async ({ resources }) => {
      const record = await findIntegration(resources, call.region, definition.id)
      if (record === undefined || record.account !== call.account) {
        throw actionTypeNotFound(category, owner, provider, version)
      }
      const broken = breaksPipelines(record.document.definition, definition)
      if (broken !== undefined) throw new ServiceError('RequestFailedException', broken)
      await resources.put(record, { ...record.document, definition } satisfies IntegrationDocument)
    })
    return {}
  },
)
