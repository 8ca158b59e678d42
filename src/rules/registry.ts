/** The only list of rule providers. */
import { deploymentWindow } from './deployment-window.ts'
import type { RuleProvider } from './rule.ts'
import { variableCheck } from './variable-check.ts'

export const createRules = (): readonly RuleProvider[] => [
  { types: [aws('VariableCheck')], run: async ({ rule }) => variableCheck(rule.resolvedConfiguration) },
  { types: [aws('DeploymentWindow')], run: async (order, { now }) => deploymentWindow(order, now) },
]

const aws = (provider: string) => ({ category: 'Rule', owner: 'AWS', provider, version: '1' }) as const
