/** A job's artifacts, in and out, with the credentials that came with the job. */
import { GetJobDetailsCommand, type Artifact, type CodePipelineClient, type Job } from '@aws-sdk/client-codepipeline'
import { GetObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { unzipTo, zipFolder } from '../artifacts/artifacts.ts'
import type { Job as WorkerJob } from './job.ts'

interface Options {
  /** of the job, outside of what the handler sees */
  readonly folder: string
  readonly connection: object
}

export function createArtifacts(
  client: CodePipelineClient,
  { id, data = {} }: Job,
  { folder, connection }: Options,
): Pick<WorkerJob, 'input' | 'output'> & Disposable {
  const { inputArtifacts = [], outputArtifacts = [], encryptionKey } = data
  const fetched = new Map<string, Promise<string>>()
  const s3 = new S3Client({
    ...(connection as S3ClientConfig),
    // the job's own, whatever the worker's are, and renewed for as long as the job lives
    credentials: async () => await credentials(client, id),
    forcePathStyle: true,
  })

  async function fetch(artifact: Artifact, index: number): Promise<string> {
    const archive = join(folder, `input-${index}.zip`)
    const target = join(folder, `input-${index}`)
    const { Body } = await s3.send(new GetObjectCommand(placeOf(artifact)))
    await pipeline(Body as Readable, createWriteStream(archive, { mode: 0o600 }))
    await unzipTo(archive, target)
    return target
  }

  return {
    input: async (name) => {
      const { artifact, index } = find(inputArtifacts, 'input', name)
      const key = artifact.name ?? ''
      const folder = fetched.get(key) ?? fetch(artifact, index)
      fetched.set(key, folder)
      return await folder
    },
    output: async (source, { name, files } = {}) => {
      const { artifact, index } = find(outputArtifacts, 'output', name)
      const archive = join(folder, `output-${index}.zip`)
      await pipeline(zipFolder(source, files ?? (await filesIn(source))), createWriteStream(archive, { mode: 0o600 }))
      const { size } = await stat(archive)
      await s3.send(
        new PutObjectCommand({
          ...placeOf(artifact),
          Body: createReadStream(archive),
          ContentLength: size,
          ContentType: 'application/zip',
          ...(encryptionKey && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: encryptionKey.id }),
        }),
      )
    },
    [Symbol.dispose]: () => s3.destroy(),
  }
}

function find(artifacts: readonly Artifact[], direction: string, name: string | undefined) {
  const index = name === undefined ? 0 : artifacts.findIndex((artifact) => artifact.name === name)
  const artifact = artifacts[index]
  if (artifact === undefined) throw new Error(`the action has no ${direction} artifact${name ? ` ${name}` : ''}`)
  return { artifact, index }
}

const placeOf = ({ location }: Artifact) => ({
  Bucket: location?.s3Location?.bucketName,
  Key: location?.s3Location?.objectKey,
})

/** They last an hour; a new set is asked for well before. */
const CREDENTIAL_MS = 45 * 60_000

async function credentials(client: CodePipelineClient, jobId: string | undefined) {
  const { jobDetails } = await client.send(new GetJobDetailsCommand({ jobId }))
  const { accessKeyId = '', secretAccessKey = '', sessionToken = '' } = jobDetails?.data?.artifactCredentials ?? {}
  return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(Date.now() + CREDENTIAL_MS) }
}

/** Every file and link below the folder, relative to it. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/'))
}
