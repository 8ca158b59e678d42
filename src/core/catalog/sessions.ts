/**
 * Role sessions of actions are named `codepipeline.<pipeline>` (cut to the 64 characters STS allows; `/` is not allowed there).
 * Services recognise a pipeline's own calls by it.
 */
export const PIPELINE_SESSION_PREFIX = 'codepipeline.'

/** STS allows 2..64 characters. */
const MAX_SESSION_NAME = 64

/** The session that a pipeline's actions and rules act in: of their role, in its account. */
export const pipelineSession = (
  pipeline: { readonly account: string; readonly name: string },
  { roleArn, region }: { readonly roleArn: string; readonly region: string },
) => ({
  account: roleArn.split(':')[4] || pipeline.account,
  region,
  roleArn,
  sessionName: `${PIPELINE_SESSION_PREFIX}${pipeline.name}`.slice(0, MAX_SESSION_NAME),
})
