/** S3's ARNs carry neither account nor region. */
export const bucketArn = ({ Bucket }: { Bucket?: string | undefined }): string => `arn:aws:s3:::${Bucket ?? ''}`

export const objectArn = ({ Bucket, Key }: { Bucket?: string | undefined; Key?: string | undefined }): string =>
  `arn:aws:s3:::${Bucket ?? ''}/${Key ?? ''}`
