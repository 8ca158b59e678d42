import {
  ListRuleTypes$,
  type ListRuleTypesCommandInput,
  type ListRuleTypesCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { RULE_TYPES } from '../../../core/catalog/rule-types.ts'
import { define } from '../define.ts'
import { ruleTypeView } from '../views/conditions.ts'

/** They are all of owner AWS and the same in every region, and so few that there are no pages. */
export const listRuleTypes = define<ListRuleTypesCommandInput, ListRuleTypesCommandOutput>(
  ListRuleTypes$,
  '*',
  async () => ({ ruleTypes: RULE_TYPES.map(ruleTypeView) }),
)
