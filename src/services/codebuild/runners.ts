/** What a server needs for its runners, which connect at once; apart from the service, whose SDK schemas wait for its first call. */
/** the queue of `jobs` that builds wait in */
export { QUEUE as BUILD_QUEUE } from './build-record.ts'
export { failBuildsOf, failLostBuild } from './builds.ts'
export { isLogComplete } from './log-of-build.ts'
export { createRunnerGateway, type GatewayOptions, type RunnerGateway } from './gateway.ts'
