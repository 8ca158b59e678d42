/**
 * Rules P-30 and P-31: may the service take on the pipeline's role, and the pipeline's role those of the actions? Of roles that are not
 * known here nothing is said.
 *
 * Source: specification, "Pipeline-level rules"; IAM user guide, "Trust policies" (conditions are the policy engine's business).
 */
import type { PipelineDeclaration } from './declaration.ts'
import { isRecord } from './shape.ts'

/** @returns the trust policy of a role, a JSON document; `undefined` for a role that is not known here */
export type TrustOf = (roleArn: string) => string | undefined

/** Every role that a pipeline acts with, its own first. */
export const rolesOf = ({ roleArn, stages }: PipelineDeclaration): readonly string[] => [
  ...new Set([roleArn, ...stages.flatMap(({ actions }) => actions.flatMap((action) => action.roleArn ?? []))]),
]

/** @returns the message of the `InvalidStructureException` */
export function roleProblem(declaration: PipelineDeclaration, trustOf: TrustOf): string | undefined {
  const [own = '', ...others] = rolesOf(declaration)
  const trust = trustOf(own)
  if (trust !== undefined && !principalsOf(trust).some(isService)) {
    return `CodePipeline is not authorized to perform AssumeRole on role ${own}`
  }
  // as for AssumeRole, the roles of an account trust that account as soon as they exist
  const foreign = others.filter((role) => accountOf(role) !== accountOf(own))
  const closed = foreign.find((role) => {
    const theirs = trustOf(role)
    return theirs !== undefined && !principalsOf(theirs).some((principal) => isRole(principal, own))
  })
  return closed && `${own} is not authorized to perform AssumeRole on role ${closed}`
}

const isService = (principal: string): boolean =>
  principal === '*' || /^codepipeline\.(?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?$/.test(principal)

const isRole = (principal: string, role: string): boolean =>
  ['*', role, accountOf(role), role.replace(/:role\/.*$/, ':root')].includes(principal)

const accountOf = (arn: string): string => arn.split(':')[4] ?? ''

/** Whom the policy lets in: services, accounts and ARNs alike. */
function principalsOf(trust: string): readonly string[] {
  const policy: unknown = JSON.parse(trust)
  return listOf(isRecord(policy) ? policy['Statement'] : undefined).flatMap((statement) => {
    if (!isRecord(statement) || statement['Effect'] !== 'Allow') return []
    const principal = statement['Principal']
    const named = isRecord(principal) ? [principal['Service'], principal['AWS']] : [principal]
    return named.flatMap(listOf).filter((one) => typeof one === 'string')
  })
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])
