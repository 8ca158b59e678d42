import {
  ListCuratedEnvironmentImages$,
  type ListCuratedEnvironmentImagesCommandInput,
  type ListCuratedEnvironmentImagesCommandOutput,
  type PlatformType,
} from '@aws-sdk/client-codebuild'
import { define } from '../define.ts'

/** The names that templates use. Builds run in a sandbox of this machine whatever the image: none of them is downloaded. */
const IMAGES: Partial<Record<PlatformType, readonly string[]>> = {
  AMAZON_LINUX: ['aws/codebuild/amazonlinux-x86_64-standard:5.0', 'aws/codebuild/amazonlinux2-x86_64-standard:5.0'],
  UBUNTU: ['aws/codebuild/standard:7.0', 'aws/codebuild/standard:6.0', 'aws/codebuild/standard:5.0'],
}

export const listCuratedEnvironmentImages = define<
  ListCuratedEnvironmentImagesCommandInput,
  ListCuratedEnvironmentImagesCommandOutput
>(ListCuratedEnvironmentImages$, '*', async () => ({
  platforms: Object.entries(IMAGES).map(([platform, names]) => ({
    platform: platform as PlatformType,
    languages: [
      {
        language: 'BASE' as const,
        images: names.map((name) => ({
          name,
          description: `Stands for a sandbox of this machine (${name})`,
          versions: [name],
        })),
      },
    ],
  })),
}))
