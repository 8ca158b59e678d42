/** Pipewright's own operations about pipelines: what AWS has no call for. Signed like every other call. */
import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '@smithy/core/checksum'
import { region } from './region.ts'
import { sessionCredentials } from './session.ts'

/** An error of one of our own operations, shaped like those of the SDK: `name` is the code. */
export class OwnOperationError extends Error {
  readonly $metadata: { readonly httpStatusCode: number }
  constructor(code: string, message: string, httpStatusCode: number) {
    super(message)
    this.name = code
    this.$metadata = { httpStatusCode }
  }
}

/** @throws OwnOperationError */
export async function own<Answer>(operation: string, input: unknown, signal?: AbortSignal): Promise<Answer> {
  const path = `/_pipewright/codepipeline/${operation}`
  const body = JSON.stringify(input)
  const { host, hostname, protocol } = globalThis.location
  const signer = new SignatureV4({
    service: 'pipewright',
    region: region(),
    credentials: sessionCredentials,
    sha256: Sha256,
  })
  const { headers } = await signer.sign({
    method: 'POST',
    protocol,
    hostname,
    path,
    headers: { host, 'content-type': 'application/json' },
    body,
  })
  const response = await fetch(path, { method: 'POST', headers, body, ...(signal && { signal }) })
  const answer = (await response.json()) as Answer & { __type?: string; message?: string }
  if (response.ok) return answer
  throw new OwnOperationError(
    answer.__type ?? 'UnknownError',
    answer.message ?? `HTTP ${response.status}`,
    response.status,
  )
}
