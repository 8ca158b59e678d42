/** S3 buckets by the unmodified SDK: their life, their settings, who may see them, and the web sites made of them. */
import * as S3 from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startTestServer, type TestServer } from '../support/server.ts'
import { fails } from './support.ts'

const OTHER_KEY = { accessKeyId: 'AKIAOTHER', secretAccessKey: 'secret' }

let server: TestServer
let s3: S3.S3Client
let others: S3.S3Client
let abroad: S3.S3Client
before(async () => {
  server = await startTestServer({ args: ['--key', 'AKIAOTHER:secret:111122223333'] })
  const client = { ...server.client, forcePathStyle: true }
  s3 = new S3.S3Client(client)
  others = new S3.S3Client({ ...client, credentials: OTHER_KEY })
  abroad = new S3.S3Client({ ...client, region: 'eu-west-1' })
})
after(async () => await server[Symbol.asyncDispose]())

const create = (Bucket: string, client = s3) => client.send(new S3.CreateBucketCommand({ Bucket }))

describe('the life of a bucket', { concurrency: true }, () => {
  test('given a bucket, then it is listed, found and deleted', async () => {
    await create('life')
    assert.equal((await s3.send(new S3.HeadBucketCommand({ Bucket: 'life' }))).BucketRegion, 'us-east-1')
    const { Buckets = [] } = await s3.send(new S3.ListBucketsCommand({ Prefix: 'life' }))
    assert.deepEqual(
      Buckets.map(({ Name }) => Name),
      ['life'],
    )
    assert.ok(Buckets[0]?.CreationDate instanceof Date)
    await s3.send(new S3.DeleteBucketCommand({ Bucket: 'life' }))
    await assert.rejects(s3.send(new S3.HeadBucketCommand({ Bucket: 'life' })), fails('NotFound', 404))
  })

  test('given a region, then GetBucketLocation names it, except the classic one', async () => {
    const LocationConstraint = 'eu-west-1'
    await abroad.send(
      new S3.CreateBucketCommand({ Bucket: 'abroad', CreateBucketConfiguration: { LocationConstraint } }),
    )
    await create('at-home')
    const where = async (Bucket: string) =>
      (await s3.send(new S3.GetBucketLocationCommand({ Bucket }))).LocationConstraint
    assert.deepEqual([await where('abroad'), await where('at-home')], ['eu-west-1', undefined])
  })

  test('given a name of one\u2019s own, then making it again fails except in the classic region', async () => {
    await create('mine')
    await create('mine')
    await create('mine-abroad', abroad)
    await assert.rejects(create('mine-abroad', abroad), fails('BucketAlreadyOwnedByYou', 409))
    await assert.rejects(create('mine', others), fails('BucketAlreadyExists', 409))
  })

  for (const Bucket of ['ab', 'Upper', 'under_score', '-dash', 'dot..dot', '192.168.5.4', 'x'.repeat(64), 'xn--a']) {
    test(`given the name ${Bucket}, then it is refused`, async () => {
      await assert.rejects(create(Bucket), fails('InvalidBucketName', 400))
    })
  }

  test('given objects or unfinished uploads, then only the objects keep a bucket from being deleted', async () => {
    const Bucket = 'full'
    await create(Bucket)
    await s3.send(new S3.PutObjectCommand({ Bucket, Key: 'a', Body: '' }))
    await s3.send(new S3.CreateMultipartUploadCommand({ Bucket, Key: 'b' }))
    await assert.rejects(s3.send(new S3.DeleteBucketCommand({ Bucket })), fails('BucketNotEmpty', 409))
    await s3.send(new S3.DeleteObjectCommand({ Bucket, Key: 'a' }))
    await s3.send(new S3.DeleteBucketCommand({ Bucket }))
    await create(Bucket)
    const { Uploads } = await s3.send(new S3.ListMultipartUploadsCommand({ Bucket }))
    assert.equal(Uploads, undefined)
  })

  test('given no bucket or key, then the error document names what is missing', async () => {
    await create('errors')
    const missing = (Bucket: string) => s3.send(new S3.GetObjectCommand({ Bucket, Key: 'none' }))
    await assert.rejects(missing('no-such-bucket'), fails('NoSuchBucket', 404))
    await assert.rejects(missing('errors'), (error: S3.NoSuchKey & { Key?: string; RequestId?: string }) => {
      assert.ok(error instanceof S3.NoSuchKey)
      assert.equal(error.Key, 'none')
      assert.ok(error.RequestId)
      return true
    })
    await assert.rejects(s3.send(new S3.HeadObjectCommand({ Bucket: 'errors', Key: 'none' })), fails('NotFound', 404))
  })

  test('given an operation nobody implements yet, then the answer says so', async () => {
    await create('unknown-operation')
    const ask = new S3.GetBucketAccelerateConfigurationCommand({ Bucket: 'unknown-operation' })
    await assert.rejects(s3.send(ask), fails('NotImplemented', 501, /GetBucketAccelerateConfiguration/))
  })
})

describe('settings', { concurrency: true }, () => {
  interface Setting {
    readonly name: string
    readonly value: object
    readonly put: (Bucket: string, value: never) => Promise<unknown>
    readonly get: (Bucket: string) => Promise<unknown>
    readonly remove?: (Bucket: string) => Promise<unknown>
    /** the error, or the answer, when nothing was put */
    readonly unset: string | object
  }
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [] })
  const SETTINGS: readonly Setting[] = [
    {
      name: 'policy',
      value: { Policy: policy },
      put: (Bucket, value: { Policy: string }) => s3.send(new S3.PutBucketPolicyCommand({ Bucket, ...value })),
      get: (Bucket) => s3.send(new S3.GetBucketPolicyCommand({ Bucket })),
      remove: (Bucket) => s3.send(new S3.DeleteBucketPolicyCommand({ Bucket })),
      unset: 'NoSuchBucketPolicy',
    },
    {
      name: 'encryption',
      value: {
        ServerSideEncryptionConfiguration: {
          Rules: [
            {
              ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'alias/artifacts' },
              BucketKeyEnabled: true,
            },
          ],
        },
      },
      put: (Bucket, value: Omit<S3.PutBucketEncryptionCommandInput, 'Bucket'>) =>
        s3.send(new S3.PutBucketEncryptionCommand({ Bucket, ...value })),
      get: (Bucket) => s3.send(new S3.GetBucketEncryptionCommand({ Bucket })),
      remove: (Bucket) => s3.send(new S3.DeleteBucketEncryptionCommand({ Bucket })),
      unset: {
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
        },
      },
    },
    {
      name: 'public access block',
      value: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: false,
        },
      },
      put: (Bucket, value: Omit<S3.PutPublicAccessBlockCommandInput, 'Bucket'>) =>
        s3.send(new S3.PutPublicAccessBlockCommand({ Bucket, ...value })),
      get: (Bucket) => s3.send(new S3.GetPublicAccessBlockCommand({ Bucket })),
      remove: (Bucket) => s3.send(new S3.DeletePublicAccessBlockCommand({ Bucket })),
      unset: 'NoSuchPublicAccessBlockConfiguration',
    },
    {
      name: 'notification',
      value: { EventBridgeConfiguration: {} },
      put: (Bucket, NotificationConfiguration: S3.NotificationConfiguration) =>
        s3.send(new S3.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration })),
      get: (Bucket) => s3.send(new S3.GetBucketNotificationConfigurationCommand({ Bucket })),
      unset: {},
    },
    {
      name: 'tagging',
      value: { TagSet: [{ Key: 'team', Value: 'ü & co' }] },
      put: (Bucket, Tagging: S3.Tagging) => s3.send(new S3.PutBucketTaggingCommand({ Bucket, Tagging })),
      get: (Bucket) => s3.send(new S3.GetBucketTaggingCommand({ Bucket })),
      remove: (Bucket) => s3.send(new S3.DeleteBucketTaggingCommand({ Bucket })),
      unset: 'NoSuchTagSet',
    },
    {
      name: 'website',
      value: { IndexDocument: { Suffix: 'index.html' }, ErrorDocument: { Key: 'error.html' } },
      put: (Bucket, WebsiteConfiguration: S3.WebsiteConfiguration) =>
        s3.send(new S3.PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration })),
      get: (Bucket) => s3.send(new S3.GetBucketWebsiteCommand({ Bucket })),
      remove: (Bucket) => s3.send(new S3.DeleteBucketWebsiteCommand({ Bucket })),
      unset: 'NoSuchWebsiteConfiguration',
    },
    {
      name: 'lifecycle',
      value: { Rules: [{ ID: 'old', Status: 'Enabled', Filter: { Prefix: 'a/' }, Expiration: { Days: 30 } }] },
      put: (Bucket, LifecycleConfiguration: S3.BucketLifecycleConfiguration) =>
        s3.send(new S3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration })),
      get: (Bucket) => s3.send(new S3.GetBucketLifecycleConfigurationCommand({ Bucket })),
      remove: (Bucket) => s3.send(new S3.DeleteBucketLifecycleCommand({ Bucket })),
      unset: 'NoSuchLifecycleConfiguration',
    },
    {
      name: 'CORS',
      value: { CORSRules: [{ AllowedMethods: ['GET', 'PUT'], AllowedOrigins: ['*'], MaxAgeSeconds: 60 }] },
      put: (Bucket, CORSConfiguration: S3.CORSConfiguration) =>
        s3.send(new S3.PutBucketCorsCommand({ Bucket, CORSConfiguration })),
      get: (Bucket) => s3.send(new S3.GetBucketCorsCommand({ Bucket })),
      remove: (Bucket) => s3.send(new S3.DeleteBucketCorsCommand({ Bucket })),
      unset: 'NoSuchCORSConfiguration',
    },
    {
      name: 'ownership controls',
      value: { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } },
      put: (Bucket, value: Omit<S3.PutBucketOwnershipControlsCommandInput, 'Bucket'>) =>
        s3.send(new S3.PutBucketOwnershipControlsCommand({ Bucket, ...value })),
      get: (Bucket) => s3.send(new S3.GetBucketOwnershipControlsCommand({ Bucket })),
      remove: (Bucket) => s3.send(new S3.DeleteBucketOwnershipControlsCommand({ Bucket })),
      unset: 'OwnershipControlsNotFoundError',
    },
    {
      name: 'logging',
      value: { LoggingEnabled: { TargetBucket: 'logs', TargetPrefix: 'a/' } },
      put: (Bucket, BucketLoggingStatus: S3.BucketLoggingStatus) =>
        s3.send(new S3.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus })),
      get: (Bucket) => s3.send(new S3.GetBucketLoggingCommand({ Bucket })),
      unset: {},
    },
  ]
  const clean = (answer: unknown) => {
    const { $metadata: _, ...rest } = answer as { $metadata: unknown }
    return rest
  }

  for (const { name, value, put, get, remove, unset } of SETTINGS) {
    test(`given the ${name} of a bucket, then it is unset, put, read and deleted`, async () => {
      const Bucket = `set-${name.toLowerCase().replaceAll(' ', '-')}`
      await create(Bucket)
      const isUnset = async () =>
        typeof unset === 'string'
          ? await assert.rejects(get(Bucket), fails(unset, 404))
          : assert.deepEqual(clean(await get(Bucket)), unset)
      await isUnset()
      await put(Bucket, value as never)
      assert.deepEqual(clean(await get(Bucket)), value)
      await remove?.(Bucket)
      if (remove) await isUnset()
    })
  }

  test('given a default encryption, then new objects have it', async () => {
    const Bucket = 'encrypted-by-default'
    await create(Bucket)
    const rule = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'alias/artifacts' } as const
    await s3.send(
      new S3.PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: rule }] },
      }),
    )
    const answer = await s3.send(new S3.PutObjectCommand({ Bucket, Key: 'a', Body: '' }))
    assert.deepEqual([answer.ServerSideEncryption, answer.SSEKMSKeyId], ['aws:kms', 'alias/artifacts'])
  })

  test('given a policy that is no JSON, then it is refused', async () => {
    await create('bad-policy')
    const put = new S3.PutBucketPolicyCommand({ Bucket: 'bad-policy', Policy: 'no policy' })
    await assert.rejects(s3.send(put), fails('MalformedPolicy', 400))
  })

  test('given a bucket, then its owner has full control', async () => {
    await create('owned')
    const { Owner, Grants } = await s3.send(new S3.GetBucketAclCommand({ Bucket: 'owned' }))
    assert.deepEqual(
      [Grants?.length, Grants?.[0]?.Permission, Grants?.[0]?.Grantee?.ID],
      [1, 'FULL_CONTROL', Owner?.ID],
    )
    assert.equal(Grants?.[0]?.Grantee?.Type, 'CanonicalUser')
  })
})

describe('another account', { concurrency: true }, () => {
  const Bucket = 'private'
  before(async () => {
    await create(Bucket)
    await s3.send(new S3.PutObjectCommand({ Bucket, Key: 'a', Body: 'secret' }))
    await create('of-the-other', others)
  })

  test('given a bucket of one account, then another neither reads, writes, lists, changes nor deletes it', async () => {
    const attempts = await Promise.allSettled([
      others.send(new S3.GetObjectCommand({ Bucket, Key: 'a' })),
      others.send(new S3.PutObjectCommand({ Bucket, Key: 'a', Body: 'mine' })),
      others.send(new S3.DeleteObjectCommand({ Bucket, Key: 'a' })),
      others.send(new S3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }] } })),
      others.send(new S3.ListObjectsV2Command({ Bucket })),
      others.send(new S3.ListObjectVersionsCommand({ Bucket })),
      others.send(new S3.GetBucketPolicyCommand({ Bucket })),
      others.send(new S3.PutBucketPolicyCommand({ Bucket, Policy: '{}' })),
      others.send(new S3.CreateMultipartUploadCommand({ Bucket, Key: 'a' })),
      others.send(new S3.DeleteBucketCommand({ Bucket })),
      others.send(new S3.CopyObjectCommand({ Bucket: 'of-the-other', Key: 'a', CopySource: `${Bucket}/a` })),
    ])
    for (const one of attempts) {
      assert.equal(one.status, 'rejected')
      fails('AccessDenied', 403)(one.reason)
    }
    const { Body } = await s3.send(new S3.GetObjectCommand({ Bucket, Key: 'a' }))
    assert.equal(await Body?.transformToString(), 'secret')
  })

  test('given two accounts, then each lists its own buckets', async () => {
    const { Buckets = [] } = await others.send(new S3.ListBucketsCommand({}))
    assert.deepEqual(
      Buckets.map(({ Name }) => Name),
      ['of-the-other'],
    )
  })

  test('given an unsigned request, then it is refused', async () => {
    for (const path of ['/', `/${Bucket}`, `/${Bucket}/a`]) assert.equal((await fetch(server.url + path)).status, 403)
  })
})

describe('a web site', { concurrency: true }, () => {
  const Bucket = 'site'
  before(async () => {
    await create(Bucket)
    const pages = {
      'index.html': '<h1>home</h1>',
      'style.css': 'body {}',
      'docs/index.html': '<h1>docs</h1>',
      'ä b/index.html': '<h1>odd</h1>',
      'error.html': '<h1>lost</h1>',
    }
    for (const [Key, Body] of Object.entries(pages)) {
      const ContentType = Key.endsWith('.css') ? 'text/css' : 'text/html'
      await s3.send(new S3.PutObjectCommand({ Bucket, Key, Body, ContentType }))
    }
    const WebsiteConfiguration = { IndexDocument: { Suffix: 'index.html' }, ErrorDocument: { Key: 'error.html' } }
    await s3.send(new S3.PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }))
    await create('bare-site')
    await s3.send(
      new S3.PutBucketWebsiteCommand({
        Bucket: 'bare-site',
        WebsiteConfiguration: { IndexDocument: { Suffix: 'index.html' } },
      }),
    )
    await create('no-site')
    await s3.send(new S3.PutObjectCommand({ Bucket: 'no-site', Key: 'index.html', Body: 'private' }))
  })
  const visit = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${server.url}/_sites/${path}`, { redirect: 'manual', ...init })
    const { status, headers } = answer
    return { status, type: headers.get('content-type'), location: headers.get('location'), text: await answer.text() }
  }

  const pages = [
    ['site/', 200, '<h1>home</h1>'],
    ['site/?utm=1', 200, '<h1>home</h1>'],
    ['site/style.css', 200, 'body {}'],
    ['site/docs/', 200, '<h1>docs</h1>'],
    ['site/%C3%A4%20b/', 200, '<h1>odd</h1>'],
    ['site/none.html', 404, '<h1>lost</h1>'],
    ['site/%', 404, '<h1>lost</h1>'],
  ] as const
  for (const [path, status, text] of pages) {
    test(`given ${path}, then ${status}`, async () => {
      const answer = await visit(path)
      assert.deepEqual([answer.status, answer.text], [status, text])
      assert.equal(answer.type, path.endsWith('.css') ? 'text/css' : 'text/html')
    })
  }

  test('given a folder without its slash, then the redirect leads to the folder', async () => {
    for (const [path, target] of [
      ['site', '/_sites/site/'],
      ['site/docs', '/_sites/site/docs/'],
      ['site/%C3%A4%20b', '/_sites/site/%C3%A4%20b/'],
    ]) {
      const { status, location } = await visit(path ?? '')
      assert.equal(status, 302)
      assert.equal(new URL(location ?? '', `${server.url}/_sites/${path}`).pathname, target)
      const followed = await visit(path ?? '', { redirect: 'follow' })
      assert.equal(followed.status, 200)
    }
  })

  test('given HEAD, then the headers come without a body; other methods are refused', async () => {
    const answer = await fetch(`${server.url}/_sites/site/`, { method: 'HEAD' })
    assert.deepEqual([answer.status, answer.headers.get('content-length'), await answer.text()], [200, '13', ''])
    assert.equal((await visit('site/none', { method: 'HEAD' })).status, 404)
    for (const method of ['POST', 'PUT', 'DELETE']) assert.equal((await visit('site/', { method })).status, 405)
  })

  test('given a site without an error document, a bucket that is no site or no bucket, then 404 says why', async () => {
    assert.match((await visit('bare-site/')).text, /NoSuchKey/)
    const { status, text } = await visit('no-site/index.html')
    assert.equal(status, 404)
    assert.match(text, /NoSuchWebsiteConfiguration.*aws s3 website/s)
    assert.doesNotMatch(text, /private/)
    assert.match((await visit('nobody/')).text, /NoSuchBucket/)
  })

  test('given a path that tries to leave the bucket, then it names nothing', async () => {
    const { request } = await import('node:http')
    const raw = (path: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const { hostname, port } = new URL(server.url)
        request({ hostname, port, path }, (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        })
          .once('error', reject)
          .end()
      })
    for (const path of [
      '../no-site/index.html',
      '..%2fno-site/index.html',
      '%2e%2e/%2e%2e/master.key',
      '..\\..\\x',
      '%00',
    ]) {
      assert.equal(await raw(`/_sites/site/${path}`), 404)
    }
  })

  test('given the host name of a site, then it is served at its root', async () => {
    const { request } = await import('node:http')
    const { hostname, port } = new URL(server.url)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: 'site.s3-website-us-east-1.localhost:4566' }
      request({ hostname, port, path: '/docs/', headers }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
        .once('error', reject)
        .end()
    })
    assert.equal(status, 200)
  })
})
