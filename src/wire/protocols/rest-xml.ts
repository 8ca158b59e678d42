import { XmlShapeDeserializer, XmlShapeSerializer } from '@aws-sdk/core/protocols'
import { NormalizedSchema } from '@smithy/core/schema'
import { createHash } from 'node:crypto'
import { virtualHostPath } from '../virtual-host.ts'
import { ServiceError } from '../service-error.ts'
import type { WireResponse } from '../wire.ts'
import { REST_XML_DIALECT } from './dialects.ts'
import { readHttpInput, streamsInput } from './http-input.ts'
import { writeHttpOutput } from './http-output.ts'
import { route } from './http-route.ts'
import { wireError } from './modelled-error.ts'
import type { Answering, Protocol } from './protocol.ts'
import { escapeXml, xmlElement, xmlFields } from './xml-text.ts'

const CONTENT_TYPE = 'application/xml'
const PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** XML bodies and streams, with the operation in method, path, query and headers. Errors are the object store's document. */
export const restXml: Protocol = {
  dialect: REST_XML_DIALECT,
  pathRule: 'verbatim',
  payload: 'declared',
  resolve: (request, service) =>
    route(request, service, virtualHostPath(request, service.definition.name)) ?? {
      name: `${request.method} ${request.path}`,
    },
  streams: (schema) => streamsInput(NormalizedSchema.of(schema[4])),
  readInput: (schema, resolution, request, body) =>
    readHttpInput(NormalizedSchema.of(schema[4]), resolution, request, body, readXml),
  writeOutput: (schema, output, answering) => {
    const namespace = answering.service?.definition.xmlNamespace ?? ''
    const response = writeHttpOutput(schema, output, {
      contentType: CONTENT_TYPE,
      write: (shape, value) => writeXml(shape, value, namespace),
    })
    return { ...response, headers: { ...response.headers, ...requestIds(answering) } }
  },
  writeError,
}

const settings = (xmlNamespace: string) => ({
  timestampFormat: { useTrait: true, default: 5 as const },
  httpBindings: true,
  xmlNamespace,
  serviceNamespace: '',
})

const deserializer = new XmlShapeDeserializer(settings(''))
const serializers = new Map<string, XmlShapeSerializer>()

function readXml(shape: NormalizedSchema, body: Buffer): Record<string, unknown> {
  try {
    return deserializer.read(shape, body) as Record<string, unknown>
  } catch (cause) {
    throw new ServiceError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
      { cause },
    )
  }
}

function writeXml(shape: NormalizedSchema, value: Record<string, unknown>, namespace: string): Buffer {
  const root = shape.getMergedTraits().xmlName ?? shape.getName() ?? ''
  const names = shape.isStructSchema() ? [...shape.structIterator()].map(([name]) => name) : []
  // `<LocationConstraint>eu-west-1</LocationConstraint>`: a root with the name of its only member is that member
  if (names.length === 1 && names[0] === root) {
    const text = (value[root] as string | undefined) ?? ''
    return Buffer.from(`${PROLOGUE}<${root} xmlns="${escapeXml(namespace)}">${escapeXml(text)}</${root}>`)
  }
  let serializer = serializers.get(namespace)
  if (serializer === undefined) serializers.set(namespace, (serializer = new XmlShapeSerializer(settings(namespace))))
  serializer.write(shape, value)
  return Buffer.from(PROLOGUE + String(serializer.flush()))
}

function writeError(error: ServiceError, answering: Answering): WireResponse {
  const { code, statusCode } = wireError(error, REST_XML_DIALECT, answering)
  const headers = { ...error.headers, ...requestIds(answering) }
  // HEAD answers have no body, and 304 must not have one
  if (answering.method === 'HEAD' || statusCode === 304) return { statusCode, headers, body: undefined }
  const inner = [
    xmlElement('Code', code),
    xmlElement('Message', error.message),
    xmlFields(error.fields),
    'Resource' in error.fields ? '' : xmlElement('Resource', answering.path),
    xmlElement('RequestId', answering.requestId),
    xmlElement('HostId', hostId(answering.requestId)),
  ]
  const body = Buffer.from(`${PROLOGUE}<Error>${inner.join('')}</Error>`)
  return {
    statusCode,
    headers: { ...headers, 'content-type': CONTENT_TYPE, 'content-length': String(body.length) },
    body,
  }
}

const requestIds = ({ requestId }: Answering) => ({ 'x-amz-request-id': requestId, 'x-amz-id-2': hostId(requestId) })

/** An opaque second id that clients log; ours says no more than the first. */
const hostId = (requestId: string): string => createHash('sha256').update(requestId).digest('base64')
