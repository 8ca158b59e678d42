/** The only list of action providers. A provider's code, and the SDK clients it needs, load with its first action. */
import type { ActionTypeId } from '../core/pipeline/declaration.ts'
import type { GitHost } from '../git/git.ts'
import type { ActionProvider } from './provider.ts'

export interface ProviderDependencies {
  readonly git: Pick<GitHost, 'open'>
}

export function createProviders({ git }: ProviderDependencies): readonly ActionProvider[] {
  return [
    lazy([aws('Source', 'CodeCommit')], async () =>
      (await import('./codecommit-source/codecommit-source.ts')).codeCommitSource({ git }),
    ),
    lazy([aws('Source', 'S3')], async () => (await import('./s3-source/s3-source.ts')).s3Source),
    lazy(
      [aws('Build', 'CodeBuild'), aws('Test', 'CodeBuild')],
      async () => (await import('./codebuild/codebuild.ts')).codeBuild,
    ),
    lazy([aws('Compute', 'Commands')], async () => (await import('./commands/commands.ts')).commands),
    lazy(
      [aws('Approval', 'Manual')],
      async () => (await import('./manual-approval/manual-approval.ts')).manualApproval,
    ),
    lazy([aws('Deploy', 'S3')], async () => (await import('./s3-deploy/s3-deploy.ts')).s3Deploy),
  ]
}

const aws = (category: ActionTypeId['category'], provider: string): ActionTypeId => ({
  category,
  owner: 'AWS',
  provider,
  version: '1',
})

function lazy(types: readonly ActionTypeId[], load: () => Promise<ActionProvider['run']>): ActionProvider {
  let loaded: Promise<ActionProvider['run']> | undefined
  return { types, run: async (order, context) => await (await (loaded ??= load()))(order, context) }
}
