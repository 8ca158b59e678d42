/**
 * The service's words for what only the store and the roles can tell.
 *
 * Source: specification, rules P-01, P-02, P-30, P-31 and "Errors".
 */
export const pipelineNameInUse = (name: string, account: string): string =>
  `A pipeline with the name '${name}' already exists in account '${account}'`

export const pipelineNotFound = (name: string, account: string): string =>
  `Account '${account}' does not have a pipeline with name '${name}'`

export const pipelineVersionNotFound = (name: string, version: number, account: string): string =>
  `Account '${account}' does not have a pipeline with name '${name}' and version '${version}'`

export const pipelineExecutionNotFound = (id: string, name: string, account: string): string =>
  `Account '${account}' does not have an execution with id '${id}' for pipeline '${name}'`

export const serviceMayNotAssume = (roleArn: string): string =>
  `CodePipeline is not authorized to perform AssumeRole on role ${roleArn}`

export const roleMayNotAssume = (pipelineRoleArn: string, actionRoleArn: string): string =>
  `${pipelineRoleArn} is not authorized to perform AssumeRole on role ${actionRoleArn}`
