/**
 * Role sessions of actions are named `codepipeline.<pipeline>` (cut to the 64 characters STS allows; `/` is not allowed there).
 * Services recognise a pipeline's own calls by it.
 */
export const PIPELINE_SESSION_PREFIX = 'codepipeline.'
