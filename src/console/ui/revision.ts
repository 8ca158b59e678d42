/**
 * The first line of what a revision says of itself. Providers of connections put a JSON document where the others put the message:
 * `{"ProviderType":"GitHub","CommitMessage":"…"}`.
 */
export function revisionMessage(summary: string | undefined): string | undefined {
  if (summary?.startsWith('{') !== true) return summary?.split('\n')[0]
  try {
    const { CommitMessage } = JSON.parse(summary) as { CommitMessage?: unknown }
    return typeof CommitMessage === 'string' ? CommitMessage.split('\n')[0] : summary
  } catch {
    return summary
  }
}
