import { NormalizedSchema } from '@smithy/core/schema'
import { REST_JSON_DIALECT } from './dialects.ts'
import { readHttpInput, streamsInput } from './http-input.ts'
import { writeHttpOutput } from './http-output.ts'
import { route } from './http-route.ts'
import { jsonError, jsonWriter, readJsonBody } from './json-body.ts'
import type { Protocol } from './protocol.ts'

const CONTENT_TYPE = 'application/json'
const body = { contentType: CONTENT_TYPE, write: jsonWriter({ jsonName: true }) }

/** JSON bodies, with the operation in method and path. */
export const restJson1: Protocol = {
  dialect: REST_JSON_DIALECT,
  pathRule: 'normalised',
  payload: 'declared',
  resolve: (request, service) => route(request, service, request.path) ?? { name: `${request.method} ${request.path}` },
  streams: (schema) => streamsInput(NormalizedSchema.of(schema[4])),
  readInput: (schema, resolution, request, bytes) =>
    readHttpInput(NormalizedSchema.of(schema[4]), resolution, request, bytes, (shape, buffer) =>
      readJsonBody(shape, buffer, { jsonName: true }),
    ),
  writeOutput: (schema, output, { requestId }) => {
    const response = writeHttpOutput(schema, output, body)
    return { ...response, headers: { ...response.headers, 'x-amzn-requestid': requestId } }
  },
  writeError: (error, answering) => jsonError(error, REST_JSON_DIALECT, CONTENT_TYPE, answering),
}
