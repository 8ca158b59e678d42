/** Hostile requests out of a seed: bodies, headers and targets that no client of good will would send. */
import * as CodeBuild from '@aws-sdk/client-codebuild'
import * as CodeCommit from '@aws-sdk/client-codecommit'
import * as Logs from '@aws-sdk/client-cloudwatch-logs'
import * as CodePipeline from '@aws-sdk/client-codepipeline'
import * as CloudWatch from '@aws-sdk/client-cloudwatch'
import { cbor } from '@smithy/core/cbor'
import { NormalizedSchema } from '@smithy/core/schema'
import type { StaticOperationSchema } from '@smithy/types'
import { operationSchemas } from '../../src/wire/wire.ts'
import { mulberry32 } from './faulty-store.ts'

export interface HostileRequest {
  /** what it is, for whoever reads a failure */
  readonly what: string
  readonly service: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** of the payload line, when it is not the body's hash */
  readonly payloadHash?: string
  /** changes the signed request behind its signature */
  readonly tampered?: boolean
  /** which form its error must have */
  readonly answer: 'json' | 'xml' | 'cbor' | 'own' | 'any'
}

export type Random = ReturnType<typeof createRandom>

export function createRandom(seed: number) {
  const next = mulberry32(seed)
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: (share: number): boolean => next() < share,
    of: <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item,
    bytes: (length: number): Buffer => Buffer.from(Array.from({ length }, () => below(256))),
  }
}

const JSON_SERVICES = [
  { service: 'codepipeline', prefix: 'CodePipeline_20150709', schemas: operationSchemas(CodePipeline) },
  { service: 'codebuild', prefix: 'CodeBuild_20161006', schemas: operationSchemas(CodeBuild) },
  { service: 'codecommit', prefix: 'CodeCommit_20150413', schemas: operationSchemas(CodeCommit) },
  { service: 'logs', prefix: 'Logs_20140328', schemas: operationSchemas(Logs) },
  { service: 'monitoring', prefix: 'GraniteServiceVersion20100801', schemas: operationSchemas(CloudWatch) },
]
const OWN_OPERATIONS = [
  'Explain',
  'GetTimings',
  'StartFromStage',
  'RetryAction',
  'PreviewRollback',
  'RollbackAcrossVersions',
  'SkipAction',
  'ListPipelineOverviews',
  'Nothing',
  '__proto__',
  'constructor',
  '%00',
  '..%2f..%2fexplain',
]

const HOSTILE_TEXT = [
  '',
  ' ',
  '../../etc/passwd',
  '--upload-pack=/bin/sh',
  '$(id)',
  '`id`',
  "'; drop table resources; --",
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\u0000',
  '\u202E\uFEFF',
  '\uD800',
  '#{a.b}',
  '#{'.repeat(500),
  'arn:aws:iam::000000000000:role/x',
  '[a-z]+(a+)+$',
  '%00%0d%0aSet-Cookie: a=b',
  '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>',
  'x'.repeat(5000),
]
const HOSTILE_JSON = [
  'null',
  'true',
  '0',
  '-1',
  '1e999',
  '-1e-999',
  '9007199254740993',
  '99999999999999999999999999',
  '1.5',
  '[]',
  '{}',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '"\\ud800"',
  '"\\u0000"',
]

/** Any JSON text; never deeper than a few levels, but for the ones that are nothing but deep. */
function jsonText(random: Random, depth = 0): string {
  const kind = random.below(depth > 3 ? 2 : 5)
  if (kind === 0) return random.of(HOSTILE_JSON)
  if (kind === 1) return JSON.stringify(random.of(HOSTILE_TEXT))
  if (kind === 2) return `[${Array.from({ length: random.below(4) }, () => jsonText(random, depth + 1)).join(',')}]`
  if (kind === 3) {
    const member = (): string => `${JSON.stringify(random.of(HOSTILE_TEXT))}:${jsonText(random, depth + 1)}`
    return `{${Array.from({ length: random.below(4) }, member).join(',')}}`
  }
  const levels = 1 + random.below(20_000)
  return random.chance(0.02) ? '['.repeat(levels) + ']'.repeat(levels) : 'false'
}

/** The operation's own members, each with a value that may be of its type, or not. */
function inputText(random: Random, schema: StaticOperationSchema): string {
  const members: string[] = []
  const input = NormalizedSchema.of(schema[4])
  if (input.isStructSchema()) {
    for (const [name, member] of input.structIterator()) {
      if (random.chance(0.3)) continue
      const value = random.chance(0.3) ? jsonText(random) : valueText(random, member, 0)
      members.push(`${JSON.stringify(name)}:${value}`)
      if (random.chance(0.05)) members.push(`${JSON.stringify(name)}:${jsonText(random)}`) // twice
    }
  }
  if (random.chance(0.1)) members.push(`"__proto__":${jsonText(random)}`)
  return `{${members.join(',')}}`
}

function valueText(random: Random, schema: NormalizedSchema, depth: number): string {
  if (depth > 6 || random.chance(0.05)) return jsonText(random, 3)
  if (schema.isListSchema()) {
    const item = schema.getValueSchema()
    return `[${Array.from({ length: random.below(3) }, () => valueText(random, item, depth + 1)).join(',')}]`
  }
  if (schema.isMapSchema()) {
    const value = schema.getValueSchema()
    const entry = (): string => `${JSON.stringify(random.of(HOSTILE_TEXT))}:${valueText(random, value, depth + 1)}`
    return `{${Array.from({ length: random.below(3) }, entry).join(',')}}`
  }
  if (schema.isStructSchema()) {
    const members = [...schema.structIterator()].filter(() => random.chance(0.6))
    return `{${members.map(([name, member]) => `"${name}":${valueText(random, member, depth + 1)}`).join(',')}}`
  }
  if (schema.isNumericSchema() || schema.isTimestampSchema()) return random.of(['0', '1', '-1', '1e30', '1.5'])
  if (schema.isBooleanSchema()) return random.of(['true', 'false'])
  return JSON.stringify(random.chance(0.3) ? 'victim' : random.of(HOSTILE_TEXT))
}

/** Cuts, turns and doubles bytes. */
function mangled(random: Random, body: Buffer): Buffer {
  const copy = Buffer.from(body)
  switch (random.below(4)) {
    case 0:
      return copy.subarray(0, random.below(copy.length + 1))
    case 1:
      for (let n = 0; n < 3 && copy.length > 0; n += 1) copy[random.below(copy.length)] = random.below(256)
      return copy
    case 2:
      return Buffer.concat([copy, copy])
    default: {
      const at = random.below(copy.length + 1)
      return Buffer.concat([copy.subarray(0, at), random.bytes(random.below(20)), copy.subarray(at)])
    }
  }
}

const maybeMangled = (random: Random, body: Buffer): Buffer => (random.chance(0.3) ? mangled(random, body) : body)

type Maker = (random: Random) => HostileRequest

/** more than a server reads of any request at once */
const TOO_LARGE = 11 * 1024 * 1024

const json: Maker = (random) => {
  const { service, prefix, schemas } = random.of(JSON_SERVICES)
  const schema = random.of(schemas)
  const target = random.chance(0.1) ? random.of([`${prefix}.`, prefix, '.', `${prefix}.__proto__`, 'a.b']) : ''
  return {
    what: `json ${service} ${schema[2]}`,
    service,
    method: random.chance(0.05) ? random.of(['GET', 'PUT', 'DELETE', 'PATCH']) : 'POST',
    path: random.chance(0.05) ? `/${random.of(['%2e%2e', '__proto__', '?a=%ZZ', 'a//b'])}` : '/',
    headers: {
      'content-type': random.chance(0.9)
        ? `application/x-amz-json-${service === 'monitoring' ? '1.0' : '1.1'}`
        : random.of(['text/plain', 'application/json', '']),
      'x-amz-target': target || `${prefix}.${schema[2]}`,
    },
    body: random.chance(0.002)
      ? Buffer.alloc(TOO_LARGE, '[')
      : maybeMangled(random, Buffer.from(random.chance(0.8) ? inputText(random, schema) : jsonText(random))),
    tampered: random.chance(0.05),
    answer: 'json',
  }
}

const query: Maker = (random) => {
  const [service, version, operations] = random.of([
    ['sts', '2011-06-15', ['GetCallerIdentity', 'AssumeRole', 'GetFederationToken', 'GetSessionToken', 'constructor']],
    [
      'iam',
      '2010-05-08',
      ['GetRole', 'ListRoles', 'GetUser', 'CreateRole', 'PutRolePolicy', 'ListPolicies', '__proto__'],
    ],
  ] as const)
  const names = [
    'RoleName',
    'RoleArn',
    'Tags.member.1.Key',
    'Tags.member.99999999.Key',
    'Tags.member.-1.Key',
    '__proto__',
  ]
  const form = new URLSearchParams({ Action: random.of(operations), Version: version })
  for (let n = random.below(5); n > 0; n -= 1) form.append(random.of(names), random.of(HOSTILE_TEXT).toWellFormed())
  return {
    what: `query ${form.get('Action')}`,
    service,
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: maybeMangled(random, Buffer.from(form.toString())),
    answer: 'xml',
  }
}

const S3_PATHS = [
  '/victim-bucket',
  '/fuzz-bucket/',
  '/fuzz-bucket/a%2f..%2f..%2fb',
  '/fuzz-bucket/%00',
  '/__proto__/constructor',
  '/fuzz-bucket?delete=',
  '/fuzz-bucket/k?uploads=',
  '/fuzz-bucket/k?uploadId=x&partNumber=99999999999',
  '/fuzz-bucket?list-type=2&max-keys=-1',
  '/fuzz-bucket?list-type=2&continuation-token=%ff',
  '/fuzz-bucket?versioning=',
  '/fuzz-bucket?tagging=',
  '/fuzz-bucket/k?versionId=%27',
]
const XML = [
  '<Delete><Object><Key>a</Key></Object></Delete>',
  '<Delete><Object>',
  '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;">]><Delete>&d;</Delete>',
  '<Tagging><TagSet><Tag><Key>__proto__</Key><Value>x</Value></Tag></TagSet></Tagging>',
  '<VersioningConfiguration><Status>Maybe</Status></VersioningConfiguration>',
  `${'<a>'.repeat(3000)}${'</a>'.repeat(3000)}`,
  '<?xml version="1.0" encoding="utf-7"?><a/>',
  '',
]

const s3: Maker = (random) => {
  const chunked = random.chance(0.25)
  const body = chunked
    ? Buffer.from(
        random.of(['5;chunk-signature=00\r\nhello\r\n', 'zz\r\n', 'ffffffffff\r\n', '0\r\n\r\n', '5\r\nhel', '-1\r\n']),
      )
    : maybeMangled(random, Buffer.from(random.of(XML)))
  const method = random.of(['GET', 'PUT', 'POST', 'DELETE', 'HEAD'])
  return {
    what: `s3 ${method}${chunked ? ' chunked' : ''}`,
    service: 's3',
    method,
    path: random.of(S3_PATHS),
    headers: {
      ...(chunked && {
        'x-amz-decoded-content-length': random.of(['5', '-1', 'x', '99999999999999']),
        'content-encoding': 'aws-chunked',
      }),
      ...(random.chance(0.1) && { 'content-md5': 'bm90IGFuIG1kNQ==' }),
      ...(random.chance(0.1) && {
        range: random.of(['bytes=9-1', 'bytes=-', 'lines=1-2', 'bytes=0-99999999999999999999']),
      }),
      ...(random.chance(0.1) && { 'x-amz-copy-source': random.of(['/', 'a', '%ZZ', '/victim-bucket/secret', '../x']) }),
    },
    body,
    ...(chunked && {
      payloadHash: random.of([
        'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'STREAMING-NOTHING',
      ]),
    }),
    answer: 'xml',
  }
}

const METRICS = operationSchemas(CloudWatch)
const BAD_CBOR = [
  'bf',
  'f7',
  '9b7fffffffffffffff', // a list of 2^63 items
  'bb7fffffffffffffff',
  '5b7fffffffffffffff',
  `${'81'.repeat(20_000)}00`, // nothing but deep
  'a1695f5f70726f746f5f5fa16561646d696ef5', // {"__proto__": {"admin": true}}
].map((hex) => Buffer.from(hex, 'hex'))

const metrics: Maker = (random) => {
  const schema = random.of(METRICS)
  return {
    what: `cbor ${schema[2]}`,
    service: 'monitoring',
    method: 'POST',
    path: `/service/GraniteServiceVersion20100801/operation/${random.chance(0.95) ? schema[2] : random.of(['__proto__', ''])}`,
    headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor', accept: 'application/cbor' },
    body: random.chance(0.3)
      ? random.of([random.bytes(random.below(60)), ...BAD_CBOR])
      : maybeMangled(random, Buffer.from(cbor.serialize(JSON.parse(inputText(random, schema))))),
    answer: 'cbor',
  }
}

const OWN_MEMBERS = [
  'pipelineName',
  'pipelineExecutionId',
  'stageName',
  'actionName',
  'reason',
  'targetPipelineExecutionId',
]

const ownText = (random: Random): string =>
  `{${OWN_MEMBERS.map((name) => `"${name}":${random.chance(0.3) ? jsonText(random) : '"victim"'}`).join(',')}}`

const own: Maker = (random) => ({
  what: 'own',
  service: 'pipewright',
  method: 'POST',
  path: `/_pipewright/codepipeline/${random.of(OWN_OPERATIONS)}`,
  headers: { 'content-type': random.of(['application/json', 'text/xml', 'x']) },
  body: maybeMangled(random, Buffer.from(random.chance(0.3) ? jsonText(random) : ownText(random))),
  answer: 'own',
})

const PLAIN_PATHS = [
  '/v1/repos/app/info/refs?service=git-upload-pack',
  '/v1/repos/app/info/refs?service=--upload-pack=x',
  '/v1/repos/..%2f..%2fetc/info/refs?service=git-upload-pack',
  '/v1/repos/app/git-receive-pack',
  '/v1/repos/__proto__/HEAD',
  '/_sites/victim-bucket/secret',
  '/_sites/..%2f..%2fetc%2fpasswd/x',
  '/_sites/%ZZ/%ZZ',
  '/_pipewright/webhooks/us-east-1/nobody/x',
  '/_pipewright/webhooks/%00',
  '/_pipewright/logs?group=..%2f..%2f&stream=x&from=-1',
  '/_pipewright/action-types',
  '/_pipewright/console/login',
  '/_pipewright/console/session',
  '/_pipewright/console/..%2f..%2fpackage.json',
  '/_pipewright/runner/stream?worker=x',
  '/_pipewright/runner/../health',
  '/_pipewright/__proto__',
]

/** What is no call of an API: git, sites, web-hooks, and the server's own endpoints. */
const plain: Maker = (random) => {
  const path = random.of(PLAIN_PATHS)
  return {
    what: `plain ${path}`,
    service: random.of(['pipewright', 'codecommit', 's3']),
    method: random.of(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']),
    path,
    headers: {
      ...(random.chance(0.5) && {
        'content-type': random.of(['application/json', 'application/x-git-upload-pack-request', 'x']),
      }),
      ...(random.chance(0.2) && { cookie: random.of(['session=x', 'pipewright-session=%00', '=']) }),
      ...(random.chance(0.2) && { 'x-github-event': random.of(['push', '__proto__']) }),
      ...(random.chance(0.2) && { 'content-encoding': 'gzip' }),
    },
    body: maybeMangled(random, Buffer.from(jsonText(random))),
    answer: 'any',
  }
}

const MAKERS: readonly Maker[] = [json, json, json, json, query, s3, s3, metrics, own, plain, plain]

export const hostileRequest = (random: Random): HostileRequest => random.of(MAKERS)(random)
