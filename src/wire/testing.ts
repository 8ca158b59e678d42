/** For the tests of this folder: a small cloud of fake services over the real SDK schemas, and a hand-made signer. */
import * as codecommit from '@aws-sdk/client-codecommit'
import * as codepipeline from '@aws-sdk/client-codepipeline'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as iam from '@aws-sdk/client-iam'
import * as s3 from '@aws-sdk/client-s3'
import * as sts from '@aws-sdk/client-sts'
import type { StaticOperationSchema } from '@smithy/types'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { systemClock, type Clock } from '../base/clock.ts'
import { silentLog, type Log } from '../base/log.ts'
import { canonicalRequest, sha256Hex, stringToSign, type PathRule } from './sigv4/canonical.ts'
import { deriveSigningKey, hmacHex, scopeText } from './sigv4/signing-key.ts'
import { basicTime } from './sigv4/timestamp.ts'
import { parseRequest } from './request.ts'
import {
  createDispatcher,
  operation,
  sendWireResponse,
  ServiceError,
  toWireRequest,
  trailersOf,
  type Authorizer,
  type Call,
  type CallRecord,
  type Credentials,
  type Dispatcher,
  type DispatcherOptions,
  type Principal,
  type ServiceDefinition,
  type ServiceEntry,
  type WireRequest,
  type WireResponse,
} from './wire.ts'

export const ACCOUNT = '111122223333'
export const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }

export const principal: Principal = {
  accessKeyId: KEY.accessKeyId,
  account: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/ada`,
  userId: 'AIDAEXAMPLE',
  type: 'User',
}

export interface CloudOptions {
  readonly clock?: Clock
  readonly log?: Log
  readonly keys?: Readonly<Record<string, Omit<Credentials, 'principal'>>>
  readonly authorize?: Authorizer['authorize']
  readonly services?: readonly ServiceEntry[]
  readonly more?: Partial<DispatcherOptions>
}

export interface Cloud {
  readonly dispatcher: Dispatcher
  readonly records: CallRecord[]
  readonly loads: string[]
  readonly calls: Call[]
  readonly objects: Map<string, StoredObject>
}

export interface StoredObject {
  readonly body: Buffer
  readonly contentType?: string
  readonly contentLength?: number
  readonly contentEncoding?: string
  readonly metadata?: Record<string, string>
  readonly trailers: ReadonlyMap<string, string>
}

export function createCloud(options: CloudOptions = {}): Cloud {
  const records: CallRecord[] = []
  const loads: string[] = []
  const calls: Call[] = []
  const objects = new Map<string, StoredObject>()
  const keys = options.keys ?? { [KEY.accessKeyId]: { secretAccessKey: KEY.secretAccessKey } }
  let ids = 0
  const services = options.services ?? fakeServices(objects, calls)
  const dispatcher = createDispatcher({
    services: services.map((entry) => ({
      ...entry,
      load: () => {
        loads.push(entry.name)
        return entry.load()
      },
    })),
    authenticator: {
      lookup: async (accessKeyId) => {
        const found = keys[accessKeyId]
        return found && { ...found, principal: { ...principal, accessKeyId } }
      },
    },
    authorizer: { authorize: options.authorize ?? (async () => {}) },
    clock: options.clock ?? systemClock,
    log: options.log ?? silentLog,
    newRequestId: () => `request-${++ids}`,
    onCall: (record) => records.push(record),
    ...options.more,
  })
  return { dispatcher, records, loads, calls, objects }
}

const schemasOf = (module: object): StaticOperationSchema[] =>
  Object.values(module).filter((value) => Array.isArray(value) && value[0] === 9) as StaticOperationSchema[]

const entryOf = (definition: ServiceDefinition): ServiceEntry => ({ ...definition, load: async () => definition })

function fakeServices(objects: Map<string, StoredObject>, calls: Call[]): ServiceEntry[] {
  return [
    pipelineService(calls),
    objectService(objects, calls),
    roleService(),
    identityService(),
    repositoryService(),
    logService(),
  ].map(entryOf)
}

function pipelineService(calls: Call[]): ServiceDefinition {
  const pipelines = new Map<string, codepipeline.PipelineDeclaration>()
  return {
    name: 'codepipeline',
    signingNames: ['codepipeline'],
    protocols: ['awsJson1_1'],
    targetPrefix: 'CodePipeline_20150709',
    schemas: schemasOf(codepipeline),
    operations: [
      operation<codepipeline.CreatePipelineCommandInput, codepipeline.CreatePipelineCommandOutput>(
        codepipeline.CreatePipeline$,
        {
          action: 'codepipeline:CreatePipeline',
          resource: ({ pipeline }, { region, account }) =>
            `arn:aws:codepipeline:${region}:${account}:${pipeline?.name ?? ''}`,
        },
        async (input, call) => {
          calls.push(call)
          const { pipeline } = input
          if (pipeline?.name === undefined) throw new ServiceError('ValidationException', 'a name is needed')
          pipelines.set(pipeline.name, pipeline)
          return { pipeline: { ...pipeline, version: 1 } }
        },
      ),
      operation<codepipeline.GetPipelineCommandInput, codepipeline.GetPipelineCommandOutput>(
        codepipeline.GetPipeline$,
        { action: 'codepipeline:GetPipeline', resource: '*' },
        async ({ name = '' }) => {
          const pipeline = pipelines.get(name)
          if (name === 'bug') throw new Error('the internal secret text')
          if (pipeline === undefined) {
            throw new ServiceError(
              'PipelineNotFoundException',
              `Account '${ACCOUNT}' does not have a pipeline with name '${name}'`,
            )
          }
          return { pipeline, metadata: { created: new Date(1_446_137_358_328) } }
        },
      ),
      operation<codepipeline.DeletePipelineCommandInput, codepipeline.DeletePipelineCommandOutput>(
        codepipeline.DeletePipeline$,
        { action: 'codepipeline:DeletePipeline', resource: '*' },
        async ({ name = '' }) => {
          pipelines.delete(name)
          return {}
        },
      ),
      operation<codepipeline.DeleteWebhookCommandInput, codepipeline.DeleteWebhookCommandOutput>(
        codepipeline.DeleteWebhook$,
        { action: 'codepipeline:DeleteWebhook', resource: '*' },
        async () => ({}),
      ),
      operation<codepipeline.PutActionRevisionCommandInput, codepipeline.PutActionRevisionCommandOutput>(
        codepipeline.PutActionRevision$,
        { action: 'codepipeline:PutActionRevision', resource: '*' },
        async ({ actionRevision }) => ({
          newRevision: true,
          pipelineExecutionId: actionRevision?.created?.toISOString() ?? 'none',
        }),
      ),
    ],
  }
}

const objectAccess = (action: string) => ({
  action: `s3:${action}`,
  resource: ({ Bucket, Key }: { Bucket?: string | undefined; Key?: string | undefined }) =>
    `arn:aws:s3:::${Bucket ?? ''}/${Key ?? ''}`,
})

function objectService(objects: Map<string, StoredObject>, calls: Call[]): ServiceDefinition {
  return {
    name: 's3',
    signingNames: ['s3'],
    protocols: ['restXml'],
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
    schemas: schemasOf(s3),
    operations: [
      operation<s3.PutObjectCommandInput, s3.PutObjectCommandOutput>(
        s3.PutObject$,
        objectAccess('PutObject'),
        async (input, call) => {
          calls.push(call)
          const body = input.Body as Readable
          const chunks: Buffer[] = []
          for await (const chunk of body) chunks.push(chunk as Buffer)
          objects.set(`${input.Bucket}/${input.Key}`, {
            body: Buffer.concat(chunks),
            trailers: trailersOf(body),
            ...(input.ContentType === undefined ? {} : { contentType: input.ContentType }),
            ...(input.ContentLength === undefined ? {} : { contentLength: input.ContentLength }),
            ...(input.ContentEncoding === undefined ? {} : { contentEncoding: input.ContentEncoding }),
            ...(input.Metadata === undefined ? {} : { metadata: input.Metadata }),
          })
          return { ETag: '"abc"', VersionId: 'v1' }
        },
      ),
      operation<s3.GetObjectCommandInput, s3.GetObjectCommandOutput>(
        s3.GetObject$,
        objectAccess('GetObject'),
        async ({ Bucket, Key, Range }) => {
          const found = objects.get(`${Bucket}/${Key}`)
          if (found === undefined) {
            throw new ServiceError('NoSuchKey', 'The specified key does not exist.', {
              fields: { Key },
              headers: { 'x-amz-delete-marker': 'true' },
            })
          }
          const body = Range === undefined ? found.body : found.body.subarray(0, 2)
          return {
            Body: Readable.from([body], { objectMode: false }) as never,
            ContentLength: body.length,
            LastModified: new Date(1_700_000_000_000),
            Metadata: found.metadata ?? {},
            ...(Range === undefined ? {} : { ContentRange: `bytes 0-1/${found.body.length}` }),
          }
        },
      ),
      operation<s3.HeadObjectCommandInput, s3.HeadObjectCommandOutput>(
        s3.HeadObject$,
        objectAccess('GetObject'),
        async ({ Bucket, Key }) => {
          const found = objects.get(`${Bucket}/${Key}`)
          if (found === undefined) throw new ServiceError('NotFound', 'Not Found', { statusCode: 404 })
          return { ContentLength: found.body.length, ETag: '"abc"' }
        },
      ),
      operation<s3.DeleteObjectCommandInput, s3.DeleteObjectCommandOutput>(
        s3.DeleteObject$,
        objectAccess('DeleteObject'),
        async ({ Bucket, Key }) => {
          objects.delete(`${Bucket}/${Key}`)
          return { DeleteMarker: true }
        },
      ),
      operation<s3.DeleteObjectsCommandInput, s3.DeleteObjectsCommandOutput>(
        s3.DeleteObjects$,
        objectAccess('DeleteObject'),
        async ({ Delete }) => ({ Deleted: Delete?.Objects?.map(({ Key }) => ({ Key })) ?? [] }),
      ),
      operation<s3.ListObjectsV2CommandInput, s3.ListObjectsV2CommandOutput>(
        s3.ListObjectsV2$,
        objectAccess('ListBucket'),
        async ({ Bucket, MaxKeys }) => ({
          Name: Bucket,
          MaxKeys,
          IsTruncated: false,
          KeyCount: 2,
          Contents: [
            { Key: 'a & <b>', Size: 1, LastModified: new Date(1_700_000_000_123), ETag: '"x"' },
            { Key: 'c', Size: 2 },
          ],
          CommonPrefixes: [{ Prefix: 'logs/' }],
        }),
      ),
      operation<s3.ListBucketsCommandInput, s3.ListBucketsCommandOutput>(
        s3.ListBuckets$,
        { action: 's3:ListAllMyBuckets', resource: '*' },
        async () => ({ Buckets: [{ Name: 'one', CreationDate: new Date(0) }], Owner: { ID: 'me' } }),
      ),
      operation<s3.GetBucketLocationCommandInput, s3.GetBucketLocationCommandOutput>(
        s3.GetBucketLocation$,
        objectAccess('GetBucketLocation'),
        async () => ({ LocationConstraint: 'eu-west-1' }),
      ),
      operation<s3.GetBucketAclCommandInput, s3.GetBucketAclCommandOutput>(
        s3.GetBucketAcl$,
        objectAccess('GetBucketAcl'),
        async () => ({
          Owner: { ID: 'me' },
          Grants: [{ Grantee: { Type: 'CanonicalUser', ID: 'me' }, Permission: 'FULL_CONTROL' }],
        }),
      ),
      operation<s3.PutBucketTaggingCommandInput, s3.PutBucketTaggingCommandOutput>(
        s3.PutBucketTagging$,
        objectAccess('PutBucketTagging'),
        async ({ Tagging }) => {
          if (Tagging?.TagSet?.length !== 2) throw new ServiceError('InvalidTag', JSON.stringify(Tagging))
          return {}
        },
      ),
      operation<s3.GetBucketPolicyCommandInput, s3.GetBucketPolicyCommandOutput>(
        s3.GetBucketPolicy$,
        objectAccess('GetBucketPolicy'),
        async () => ({ Policy: '{"Version":"2012-10-17"}' }),
      ),
    ],
  }
}

function roleService(): ServiceDefinition {
  return {
    name: 'iam',
    signingNames: ['iam'],
    protocols: ['awsQuery'],
    apiVersion: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    schemas: schemasOf(iam),
    operations: [
      operation<iam.CreateRoleCommandInput, iam.CreateRoleCommandOutput>(
        iam.CreateRole$,
        { action: 'iam:CreateRole', resource: '*' },
        async (input) => ({
          Role: {
            Path: input.Path ?? '/',
            RoleName: input.RoleName,
            RoleId: 'AROA',
            Arn: `arn:aws:iam::${ACCOUNT}:role/${input.RoleName}`,
            CreateDate: new Date(1_700_000_000_000),
            AssumeRolePolicyDocument: input.AssumeRolePolicyDocument,
            MaxSessionDuration: input.MaxSessionDuration,
            Tags: input.Tags,
          },
        }),
      ),
      operation<iam.GetRoleCommandInput, iam.GetRoleCommandOutput>(
        iam.GetRole$,
        { action: 'iam:GetRole', resource: '*' },
        async ({ RoleName }) => {
          throw new ServiceError('NoSuchEntity', `The role with name ${RoleName} cannot be found.`)
        },
      ),
      operation<iam.DeleteRoleCommandInput, iam.DeleteRoleCommandOutput>(
        iam.DeleteRole$,
        { action: 'iam:DeleteRole', resource: '*' },
        async () => ({}),
      ),
      operation<iam.ListRolesCommandInput, iam.ListRolesCommandOutput>(
        iam.ListRoles$,
        { action: 'iam:ListRoles', resource: '*' },
        async () => ({ Roles: [], IsTruncated: false }),
      ),
    ],
  }
}

function identityService(): ServiceDefinition {
  return {
    name: 'sts',
    signingNames: ['sts'],
    protocols: ['awsQuery'],
    apiVersion: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    schemas: schemasOf(sts),
    operations: [
      operation<sts.GetCallerIdentityCommandInput, sts.GetCallerIdentityCommandOutput>(
        sts.GetCallerIdentity$,
        { action: 'sts:GetCallerIdentity', resource: '*' },
        async (_input, { principal: caller }) => ({
          UserId: caller.userId,
          Account: caller.account,
          Arn: caller.arn,
        }),
      ),
    ],
  }
}

function repositoryService(): ServiceDefinition {
  return {
    name: 'codecommit',
    signingNames: ['codecommit'],
    protocols: ['awsJson1_1'],
    targetPrefix: 'CodeCommit_20150413',
    schemas: schemasOf(codecommit),
    operations: [
      operation<codecommit.GetBlobCommandInput, codecommit.GetBlobCommandOutput>(
        codecommit.GetBlob$,
        { action: 'codecommit:GetBlob', resource: '*' },
        async ({ blobId }) => ({ content: Buffer.from([0, 255, ...Buffer.from(blobId ?? '')]) }),
      ),
      operation<codecommit.PutFileCommandInput, codecommit.PutFileCommandOutput>(
        codecommit.PutFile$,
        { action: 'codecommit:PutFile', resource: '*' },
        async ({ fileContent }) => ({
          commitId: Buffer.from(fileContent ?? []).toString('hex'),
          blobId: 'b',
          treeId: 't',
        }),
      ),
    ],
  }
}

function logService(): ServiceDefinition {
  return {
    name: 'logs',
    signingNames: ['logs'],
    protocols: ['awsJson1_1'],
    targetPrefix: 'Logs_20140328',
    schemas: schemasOf(logs),
    operations: [
      operation<logs.GetLogEventsCommandInput, logs.GetLogEventsCommandOutput>(
        logs.GetLogEvents$,
        { action: 'logs:GetLogEvents', resource: '*' },
        async () => ({ events: [{ timestamp: 1_700_000_000_000, message: 'héllo' }], nextForwardToken: 'f/1' }),
      ),
    ],
  }
}

/** A request before it is signed. */
export interface Draft {
  readonly method?: string
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | Readable
  readonly service: string
  readonly region?: string
  readonly at: number
  readonly key?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
  readonly pathRule?: PathRule
  /** the payload line; default: the body's hash */
  readonly payloadHash?: string
  readonly signedHeaders?: readonly string[]
}

export interface Signed {
  readonly request: WireRequest
  readonly signature: string
  readonly signingKey: Buffer
  readonly scope: { readonly date: string; readonly region: string; readonly service: string }
  readonly timestamp: string
}

export function sign(draft: Draft): Signed {
  const key: NonNullable<Draft['key']> = draft.key ?? KEY
  const timestamp = basicTime(draft.at)
  const scope = { date: timestamp.slice(0, 8), region: draft.region ?? 'us-east-1', service: draft.service }
  const body = draft.body ?? ''
  const payloadHash = draft.payloadHash ?? sha256Hex(body instanceof Readable ? '' : body)
  const headers: Record<string, string> = {
    host: 'localhost:4566',
    'x-amz-date': timestamp,
    ...(draft.pathRule === 'verbatim' ? { 'x-amz-content-sha256': payloadHash } : {}),
    ...(key.sessionToken === undefined ? {} : { 'x-amz-security-token': key.sessionToken }),
    ...draft.headers,
  }
  const signedHeaders = draft.signedHeaders ?? Object.keys(headers).sort()
  const unsigned = wireRequest({ ...draft, headers, body })
  const { method, path, query } = parseRequest(unsigned)
  const canonical = canonicalRequest(
    { method, path, query, headers, signedHeaders, payloadHash },
    draft.pathRule ?? 'normalised',
  )
  const signingKey = deriveSigningKey(key.secretAccessKey, scope)
  const signature = hmacHex(signingKey, stringToSign(timestamp, scopeText(scope), canonical))
  const authorization = `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scopeText(scope)}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
  return {
    request: { ...unsigned, headers: { ...headers, authorization } },
    signature,
    signingKey,
    scope,
    timestamp,
  }
}

export function wireRequest(draft: Pick<Draft, 'method' | 'url' | 'headers' | 'body'>): WireRequest {
  const body = draft.body ?? ''
  return {
    method: draft.method ?? 'POST',
    url: draft.url ?? '/',
    headers: draft.headers ?? {},
    body: typeof body === 'string' ? Buffer.from(body) : body,
    sourceAddress: '127.0.0.1',
    secure: false,
    signal: new AbortController().signal,
  }
}

export async function bodyText({ body }: WireResponse): Promise<string> {
  if (body === undefined) return ''
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8')
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Serves a dispatcher on loopback until disposed. */
export async function serve(dispatcher: Dispatcher) {
  const server = createServer((request, response) => {
    void dispatcher.handle(toWireRequest(request)).then((answer) => sendWireResponse(response, answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
