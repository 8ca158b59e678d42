/**
 * May this account assume the role? The trust policy decides, as far as principals go: conditions are the policy engine's.
 * A role trusts its own account here as soon as it exists; another account must be named.
 */
export function trusts(
  trustPolicy: string,
  { account, arn }: { readonly account: string; readonly arn: string },
): boolean {
  const { Statement } = JSON.parse(trustPolicy) as { readonly Statement?: Statement | readonly Statement[] }
  const statements = [Statement ?? []].flat() as readonly Statement[]
  const named = new Set(['*', account, arn, `arn:aws:iam::${account}:root`])
  const names = (effect: string) =>
    statements
      .filter(({ Effect }) => Effect === effect)
      .flatMap(({ Principal = {} }) => (typeof Principal === 'string' ? [Principal] : [Principal.AWS ?? []].flat()))
  return names('Allow').some((name) => named.has(name)) && !names('Deny').some((name) => named.has(name))
}

interface Statement {
  readonly Effect?: string
  readonly Principal?: string | { readonly AWS?: string | readonly string[] }
}
