import {
  GetActionType$,
  type ActionTypeDeclaration,
  type GetActionTypeCommandInput,
  type GetActionTypeCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { mayUse } from '../../../core/pipeline/integration-type.ts'
import { actionTypeArn } from '../arns.ts'
import { define } from '../define.ts'
import { actionTypeNotFound } from '../errors.ts'
import { findIntegration } from '../integration-types.ts'

/** Only types of the integration model are visible here (`spec` 6.5). */
export const getActionType = define<GetActionTypeCommandInput, GetActionTypeCommandOutput>(
  GetActionType$,
  (input, call) => actionTypeArn(call, input),
  async ({ store }, { category = 'Build', owner = '', provider = '', version = '' }, call) => {
    // The shape check lets AWS and ThirdParty through.
    const id = { category, owner: owner as 'AWS' | 'ThirdParty', provider, version }
    const record = await findIntegration(store.read.resources, call.region, id)
    if (record === undefined || !mayUse(record.document.definition, record.account, call.account)) {
      throw actionTypeNotFound(category, owner, provider, version)
    }
    return { actionType: record.document.definition as ActionTypeDeclaration }
  },
)
