import type { ServiceDefinition, ServiceEntry } from '../wire/wire.ts'
import type { CloudWatchDependencies } from '../services/cloudwatch/cloudwatch.ts'
import type { CodeBuildDependencies } from '../services/codebuild/codebuild.ts'
import type { CodeCommitDependencies } from '../services/codecommit/codecommit.ts'
import type { CodePipelineDependencies } from '../services/codepipeline/codepipeline.ts'
import type { IamDependencies } from '../services/iam/iam.ts'
import type { LogsDependencies } from '../services/logs/logs.ts'
import type { S3Dependencies } from '../services/s3/s3.ts'
import type { StsDependencies } from '../services/sts/sts.ts'

export type ServiceDependencies = S3Dependencies &
  CodeCommitDependencies &
  CodePipelineDependencies &
  CodeBuildDependencies &
  LogsDependencies &
  CloudWatchDependencies &
  IamDependencies &
  StsDependencies

type Row = Omit<ServiceEntry, 'load'> & { readonly load: (deps: ServiceDependencies) => Promise<ServiceDefinition> }

/**
 * The services this server answers for. A service's code and its SDK schemas are loaded with its first request, which keeps the
 * start fast and an idle server small; what stands here is what routing must know before.
 */
const SERVICES: readonly Row[] = [
  {
    name: 'codepipeline',
    signingNames: ['codepipeline'],
    protocols: ['awsJson1_1'],
    targetPrefix: 'CodePipeline_20150709',
    load: async (deps) => (await import('../services/codepipeline/codepipeline.ts')).createCodePipelineService(deps),
  },
  {
    name: 's3',
    signingNames: ['s3'],
    protocols: ['restXml'],
    load: async (deps) => (await import('../services/s3/s3.ts')).createS3Service(deps),
  },
  {
    name: 'codecommit',
    signingNames: ['codecommit'],
    protocols: ['awsJson1_1'],
    targetPrefix: 'CodeCommit_20150413',
    load: async (deps) => (await import('../services/codecommit/codecommit.ts')).createCodeCommitService(deps),
  },
  {
    name: 'codebuild',
    signingNames: ['codebuild'],
    protocols: ['awsJson1_1'],
    targetPrefix: 'CodeBuild_20161006',
    load: async (deps) => (await import('../services/codebuild/codebuild.ts')).createCodeBuildService(deps),
  },
  {
    name: 'logs',
    signingNames: ['logs'],
    protocols: ['awsJson1_1'],
    targetPrefix: 'Logs_20140328',
    load: async (deps) => (await import('../services/logs/logs.ts')).createLogsService(deps),
  },
  {
    name: 'monitoring',
    signingNames: ['monitoring'],
    protocols: ['rpcv2Cbor', 'awsJson1_0', 'awsQuery'],
    targetPrefix: 'GraniteServiceVersion20100801',
    apiVersion: '2010-08-01',
    load: async (deps) => (await import('../services/cloudwatch/cloudwatch.ts')).createCloudWatchService(deps),
  },
  {
    name: 'sts',
    signingNames: ['sts'],
    protocols: ['awsQuery'],
    apiVersion: '2011-06-15',
    load: async (deps) => (await import('../services/sts/sts.ts')).createStsService(deps),
  },
  {
    name: 'iam',
    signingNames: ['iam'],
    protocols: ['awsQuery'],
    apiVersion: '2010-05-08',
    load: async (deps) => (await import('../services/iam/iam.ts')).createIamService(deps),
  },
]

export const serviceEntries = (deps: () => ServiceDependencies): readonly ServiceEntry[] =>
  SERVICES.map((row) => ({ ...row, load: () => row.load(deps()) }))
