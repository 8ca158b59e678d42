/** Source / AWS / S3: one version of one object, copied unchanged to the artifact store. Source: actions.md 3.1. */
import { CopyObjectCommand, GetBucketVersioningCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { SourceRevisionOverride } from '../../core/execution/execution.ts'
import { encryption, transferring } from '../artifact-files.ts'
import { REVISION_METADATA } from '../clone-reference.ts'
import { isMissing } from '../failure.ts'
import { failed, isTrue } from '../outcomes.ts'
import type { ActionProvider } from '../provider.ts'

export const s3Source: ActionProvider['run'] = async (order, context) => {
  const client = context.client(S3Client)
  const options = { abortSignal: context.signal }
  const { S3Bucket: bucket = '', S3ObjectKey = '', AllowOverrideForS3ObjectKey } = order.action.resolvedConfiguration
  const override = (type: SourceRevisionOverride['revisionType']) =>
    order.sourceRevisions.find(
      ({ actionName, revisionType }) => actionName === order.action.action && revisionType === type,
    )?.revisionValue
  const otherKey = override('S3_OBJECT_KEY')
  if (otherKey !== undefined && !isTrue(AllowOverrideForS3ObjectKey)) {
    return failed(
      'ConfigurationError',
      `The action ${order.action.action} does not allow another object key (AllowOverrideForS3ObjectKey).`,
    )
  }
  const key = otherKey ?? S3ObjectKey
  const version = override('S3_OBJECT_VERSION_ID')

  const [{ Status }, head] = await Promise.all([
    client.send(new GetBucketVersioningCommand({ Bucket: bucket }), options),
    client
      .send(
        new HeadObjectCommand({ Bucket: bucket, Key: key, ...(version !== undefined && { VersionId: version }) }),
        options,
      )
      .catch((error: unknown) => {
        // a malformed version id is answered with 400 and, HEAD having no body, without a name
        if (isMissing(error) || (version !== undefined && isBadRequest(error))) return undefined
        throw error
      }),
  ])
  if (Status !== 'Enabled') {
    return failed(
      'ConfigurationError',
      `The bucket ${bucket} is not versioned: an Amazon S3 source needs versioning enabled.`,
    )
  }
  if (head === undefined) {
    return version === undefined
      ? failed('ConfigurationError', `The object ${key} does not exist in the bucket ${bucket}.`)
      : failed(
          'RevisionUnavailable',
          `The version ${version} of the object ${key} does not exist in the bucket ${bucket}.`,
        )
  }

  const versionId = head.VersionId ?? version ?? 'null'
  const [output] = order.action.outputArtifacts
  if (output !== undefined) {
    const copy = new CopyObjectCommand({
      Bucket: output.bucket,
      Key: output.key,
      CopySource: `${encodeURIComponent(bucket)}/${encodeURIComponent(key)}?versionId=${encodeURIComponent(versionId)}`,
      MetadataDirective: 'REPLACE',
      ...(head.ContentType !== undefined && { ContentType: head.ContentType }),
      Metadata: { [REVISION_METADATA]: versionId },
      ...encryption(order.encryptionKeyId),
    })
    await transferring(context, () => client.send(copy, options))
  }
  const etag = (head.ETag ?? '').replaceAll('"', '')
  const summary = `Amazon S3 version id: ${versionId}`
  return {
    type: 'Succeeded',
    progress: { externalExecutionId: versionId, summary },
    outputVariables: { BucketName: bucket, ETag: etag, ObjectKey: key, VersionId: versionId },
    revision: {
      revisionId: versionId,
      revisionChangeIdentifier: etag,
      revisionSummary: (head.Metadata?.['codepipeline-artifact-revision-summary'] ?? summary).slice(0, MAX_SUMMARY),
      ...(head.LastModified && { created: head.LastModified.getTime() }),
    },
  }
}

/** The API's limit on revision summaries, in characters. */
const MAX_SUMMARY = 2048

const isBadRequest = (error: unknown): boolean =>
  error instanceof Error && (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 400
