/** API calls without an SDK's own cost: signed before the clock starts, and the answer's bytes are not read into objects. */
import { SignatureV4 } from '@smithy/signature-v4'
import { Agent, request } from 'node:http'
import type { Connection } from '../src/cli/connection.ts'
import { Sha256 } from '../src/cli/signed-request.ts'
import { timed } from './report.ts'

export interface Answer {
  readonly ms: number
  readonly body: string
}

/** @param options.target of the AWS JSON protocol, e.g. `CodePipeline_20150709.GetPipelineState` */
export async function call(
  { endpoint, region, credentials }: Connection,
  { service, target, input }: { readonly service: string; readonly target: string; readonly input: object },
): Promise<Answer> {
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 })
  const { hostname, port, host } = new URL(endpoint)
  const body = JSON.stringify(input)
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    headers: { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body,
  })
  return await post(endpoint, body, headers)
}

export async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  let answer = ''
  const ms = await timed(async () => {
    answer = await exchange(url, body, headers)
  })
  return { ms, body: answer }
}

const agent = new Agent({ keepAlive: true })

/** node:http and not `fetch`, whose streams cost more than small answers do */
function exchange(url: string, body: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(`${response.statusCode}: ${text.slice(0, 500)}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
