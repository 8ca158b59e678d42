/** The server's own API about pipelines, which has what AWS's has no word for. */
import { text } from 'node:stream/consumers'
import type { Connection } from './connection.ts'
import { CliFailure, explain } from './failure.ts'
import { send } from './signed-request.ts'

/** @throws CliFailure with the server's own words */
export async function callOwn<Output>(connection: Connection, operation: string, input: object): Promise<Output> {
  const path = `/_pipewright/codepipeline/${operation}`
  const response = await send(connection, { method: 'POST', path, body: JSON.stringify(input) })
  const statusCode = response.statusCode ?? 0
  const answer = parse(await text(response))
  if (statusCode === 200 && answer !== undefined) return answer as Output
  const { __type: name = 'Error', message } = (answer ?? {}) as { __type?: string; message?: string }
  if (message === undefined) {
    throw new CliFailure(`The server answered ${statusCode} to ${path}.`, {
      hint: 'Check that the server is a Pipewright of this version.',
    })
  }
  throw explain(
    Object.assign(new Error(message), { name, $metadata: { httpStatusCode: statusCode } }),
    connection.endpoint,
  )
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
