import {
  ListActionTypes$,
  type ListActionTypesCommandInput,
  type ListActionTypesCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { ACTION_TYPES, actionTypeKey } from '../../../core/catalog/action-types.ts'
import { toActionType } from '../../../core/pipeline/custom-action-type.ts'
import { actionTypeView, listCustomTypes } from '../action-types.ts'
import { define } from '../define.ts'
import { listIntegrations } from '../integration-types.ts'
import { page, readToken, writeToken } from '../tokens.ts'

const PAGE = 100

/** Built-in, custom and integration-model types by owner, category, provider and version. */
export const listActionTypes = define<ListActionTypesCommandInput, ListActionTypesCommandOutput>(
  ListActionTypes$,
  '*',
  async ({ store }, { actionOwnerFilter, regionFilter, nextToken }, { account, region }) => {
    const place = { account, region: regionFilter ?? region }
    const scope = [place, actionOwnerFilter]
    const after = readToken<string>('ListActionTypes', scope, nextToken) ?? ''
    const custom = (await listCustomTypes(store.read.resources, place))
      .filter(({ document }) => !document.deleted)
      .map(({ document }) => toActionType(document.definition))
    const integrated = await listIntegrations(store.read.resources, place)
    const types = [...ACTION_TYPES, ...custom, ...integrated]
      .map((type) => ({ type, key: actionTypeKey(type) }))
      .filter(({ type, key }) => (actionOwnerFilter === undefined || type.owner === actionOwnerFilter) && key > after)
      .sort((a, b) => (a.key < b.key ? -1 : 1))
    const { items, ...rest } = page(types, PAGE, ({ key }) => writeToken('ListActionTypes', scope, key))
    return { ...rest, actionTypes: items.map(({ type }) => actionTypeView(type)) }
  },
)
