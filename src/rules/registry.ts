/** The only list of rule providers. */
import { deploymentWindow } from './deployment-window.ts'
import type { RuleProvider } from './rule.ts'
import { withServices, type RuleDependencies } from './service-context.ts'

export type { RuleDependencies } from './service-context.ts'

/** @param dependencies absent: the rules that ask services are left out */
export const createRules = (dependencies?: RuleDependencies): readonly RuleProvider[] => [
  {
    types: [aws('VariableCheck')],
    run: async ({ rule }) => (await import('./variable-check.ts')).variableCheck(rule.resolvedConfiguration),
  },
  { types: [aws('DeploymentWindow')], run: async (order, { now }) => deploymentWindow(order, now) },
  ...(dependencies === undefined ? [] : askingServices(dependencies)),
]

/** Their code, and the SDK clients it needs, load with the first rule. */
const askingServices = (dependencies: RuleDependencies): readonly RuleProvider[] => [
  {
    types: [aws('CloudWatchAlarm')],
    run: async (order, context) => {
      const { cloudWatchAlarm } = await import('./cloud-watch-alarm/cloud-watch-alarm.ts')
      return await withServices(dependencies, order, context, (services) => cloudWatchAlarm(order, services))
    },
  },
]

const aws = (provider: string) => ({ category: 'Rule', owner: 'AWS', provider, version: '1' }) as const
