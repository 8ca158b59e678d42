import { NormalizedSchema } from '@smithy/core/schema'
import { JSON_DIALECT } from './dialects.ts'
import { jsonError, jsonWriter, readJsonBody } from './json-body.ts'
import type { Protocol } from './protocol.ts'

export const awsJson1_0: Protocol = awsJson('application/x-amz-json-1.0')
export const awsJson1_1: Protocol = awsJson('application/x-amz-json-1.1')

/** `POST /` with the operation in `X-Amz-Target`. The versions differ in their content type only. */
function awsJson(contentType: string): Protocol {
  const write = jsonWriter({ jsonName: false })
  return {
    dialect: JSON_DIALECT,
    pathRule: 'normalised',
    payload: 'collected',
    resolve: ({ headers }, { schemas }) => {
      const target = headers['x-amz-target'] ?? ''
      const name = target.slice(target.lastIndexOf('.') + 1)
      const schema = schemas.get(name)
      return schema ? { name, schema } : { name }
    },
    streams: () => false,
    readInput: (schema, _resolution, _request, body) =>
      readJsonBody(NormalizedSchema.of(schema[4]), body as Buffer, { jsonName: false }),
    writeOutput: (schema, output, { requestId }) => {
      const shape = NormalizedSchema.of(schema[5])
      // an operation without an output shape answers with no body at all, one with an empty shape with {}
      const body = shape.isUnitSchema() ? Buffer.alloc(0) : write(shape, output)
      const headers = {
        'content-type': contentType,
        'content-length': String(body.length),
        'x-amzn-requestid': requestId,
      }
      return { statusCode: 200, headers, body }
    },
    writeError: (error, answering) => jsonError(error, JSON_DIALECT, contentType, answering),
  }
}
