import { XmlShapeSerializer } from '@aws-sdk/core/protocols'
import { NormalizedSchema } from '@smithy/core/schema'
import type { StaticOperationSchema, StaticStructureSchema } from '@smithy/types'
import { firstParam, parseForm } from '../request.ts'
import type { WireResponse } from '../wire.ts'
import { QUERY_DIALECT } from './dialects.ts'
import { readForm } from './form-reader.ts'
import { wireError } from './modelled-error.ts'
import type { Answering, Protocol } from './protocol.ts'
import { escapeXml, xmlElement, xmlFields } from './xml-text.ts'

/** A form goes in (`Action=…&Name.member.1=…`), XML comes out. The same parameters may also stand in the query string. */
export const awsQuery: Protocol = {
  dialect: QUERY_DIALECT,
  pathRule: 'normalised',
  payload: 'collected',
  resolve: async (request, { schemas }, body) => {
    const name = firstParam(request, 'Action') ?? parseForm((await body()).toString('utf8')).get('Action')?.[0] ?? ''
    const schema = schemas.get(name)
    return schema ? { name, schema } : { name }
  },
  streams: () => false,
  readInput: (schema, _resolution, request, body) => {
    const params = new Map([...request.params, ...parseForm((body as Buffer).toString('utf8'))])
    return readForm(NormalizedSchema.of(schema[4]), params)
  },
  writeOutput: (schema, output, answering) => {
    const name = schema[2]
    const shape = resultShape(schema)
    let result = ''
    if (shape !== undefined) {
      serializer.write(shape, output)
      result = String(serializer.flush())
    }
    return xmlAnswer(
      200,
      {},
      answering,
      `<${name}Response${namespaceOf(answering)}>${result}${metadata(answering)}</${name}Response>`,
    )
  },
  writeError: (error, answering) => {
    const { code, statusCode } = wireError(error, QUERY_DIALECT, answering)
    const type = statusCode >= 500 ? 'Receiver' : 'Sender'
    const inner = `${xmlElement('Type', type)}${xmlElement('Code', code)}${xmlElement('Message', error.message)}${xmlFields(error.fields)}`
    const body = `<ErrorResponse${namespaceOf(answering)}><Error>${inner}</Error>${xmlElement('RequestId', answering.requestId)}</ErrorResponse>`
    return xmlAnswer(statusCode, error.headers, answering, body)
  },
}

const serializer = new XmlShapeSerializer({
  timestampFormat: { useTrait: true, default: 5 },
  xmlNamespace: '',
  serviceNamespace: '',
  httpBindings: false,
})

const resultShapes = new WeakMap<StaticOperationSchema, NormalizedSchema>()

/** The output shape under the name `<Operation>Result`; `undefined` for operations without output. */
function resultShape(schema: StaticOperationSchema): NormalizedSchema | undefined {
  const known = resultShapes.get(schema)
  if (known !== undefined) return known
  const output = NormalizedSchema.of(schema[5])
  if (!output.isStructSchema()) return undefined
  const [, namespace, , , names, members] = output.getSchema() as StaticStructureSchema
  const result: StaticStructureSchema = [3, namespace, `${schema[2]}Result`, 0, names, members]
  const shape = NormalizedSchema.of(result)
  resultShapes.set(schema, shape)
  return shape
}

const namespaceOf = ({ service }: Answering): string => {
  const namespace = service?.definition.xmlNamespace
  return namespace === undefined ? '' : ` xmlns="${escapeXml(namespace)}"`
}

const metadata = ({ requestId }: Answering): string =>
  `<ResponseMetadata>${xmlElement('RequestId', requestId)}</ResponseMetadata>`

function xmlAnswer(
  statusCode: number,
  headers: Readonly<Record<string, string>>,
  { requestId }: Answering,
  text: string,
): WireResponse {
  const body = Buffer.from(text)
  return {
    statusCode,
    headers: {
      ...headers,
      'content-type': 'text/xml',
      'content-length': String(body.length),
      'x-amzn-requestid': requestId,
    },
    body,
  }
}
