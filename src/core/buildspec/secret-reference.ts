export interface SecretReference {
  readonly secretId: string
  readonly jsonKey?: string
  readonly versionStage?: string
  readonly versionId?: string
}

/** `arn:aws:secretsmanager:region:account:secret:name`: an ARN is itself made of seven colon-separated parts. */
const ARN_PARTS = 7

/**
 * Reads `secret-id[:json-key[:version-stage[:version-id]]]`, where the secret id may be an ARN.
 * @returns a sentence about what is wrong
 */
export function parseSecretReference(text: string): SecretReference | string {
  const parts = text.split(':')
  const idParts = text.startsWith('arn:') ? ARN_PARTS : 1
  const secretId = parts.slice(0, idParts).join(':')
  const [jsonKey, versionStage, versionId, ...extra] = parts.slice(idParts)
  if (secretId === '' || parts.length < idParts) return `"${text}" does not name a secret`
  if (extra.length > 0) return `"${text}" has more parts than secret-id:json-key:version-stage:version-id`
  if (versionStage && versionId) return `"${text}" names both a version stage and a version id; only one is allowed`
  return {
    secretId,
    ...(jsonKey ? { jsonKey } : {}),
    ...(versionStage ? { versionStage } : {}),
    ...(versionId ? { versionId } : {}),
  }
}
