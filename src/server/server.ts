/** The server's door: from a configuration to a running server, and back. */
import { chmod } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLog, silentLog } from '../base/log.ts'
import { gitVersion } from '../git/git.ts'
import { announceServer, startRunner } from '../runner/runner.ts'
import { catchUp } from '../services/codecommit/catch-up.ts'
import { compose, type ComposeOptions, type Composition } from './compose.ts'
import { DEV_ACCOUNT, DEV_KEY, isLoopback, type ServerConfig } from './config.ts'
import { openDataDir } from './data-dir.ts'
import { createHttp } from './http.ts'
import { DEFAULT_HISTORY_DAYS, startRetention } from './retention/retention.ts'
import { StartFailure } from './start-failure.ts'

export {
  DEV_ACCOUNT,
  DEV_KEY,
  loadServerConfig,
  OPTIONS,
  parseKey,
  type ConfigOption,
  type ServerConfig,
} from './config.ts'
export { StartFailure } from './start-failure.ts'

export interface RunningServer {
  /** `http://127.0.0.1:4566` */
  readonly url: string
  /** Stops accepting, ends what runs in order, releases the data folder. Closing twice is harmless. */
  close(): Promise<void>
}

/** For tests that must look inside. */
export type ServerHooks = Pick<ComposeOptions, 'probe'>

/** @throws StartFailure naming what is wrong and how to mend it */
export async function startServer(config: ServerConfig, hooks: ServerHooks = {}): Promise<RunningServer> {
  const log = config.logLevel === 'silent' ? silentLog : createLog(config.logLevel)
  if (config.mode === 'dev' && !isLoopback(config.host)) {
    throw new StartFailure(`A development server listens on loopback only, not on ${config.host}.`, {
      hint: 'Use "pipewright server" to serve a team.',
    })
  }
  await requireGit()
  await using opened = new AsyncDisposableStack()
  const dataDir = openDataDir(config.dataDir)
  opened.defer(() => dataDir.release())
  await chmod(dataDir.path, 0o700)

  let url = ''
  let localUrl = ''
  const onRunnerGone = (): void => void setTimeout(() => runner.ensure(), RUNNER_ENDS_MS).unref()
  const parts = opened.use(
    await compose({
      config,
      dataDir,
      log,
      endpoint: () => config.publicUrl ?? url,
      localEndpoint: () => localUrl,
      onRunnerGone,
      ...hooks,
    }),
  )
  await addKeys(parts, config)
  await catchUp(parts)
  const http = await createHttp(config, { ...parts, log })
  opened.defer(() => http.app.close())
  const { port } = await listen(http.server, config)
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  url = `${config.tls ? 'https' : 'http'}://${host}:${port}`

  // our own runner and its builds come in by loopback: no certificate and no proxy stands between us and them
  if (config.tls === undefined && isLoopback(config.host)) localUrl = url
  else {
    const { tls: _tls, ...clear } = config
    const local = await createHttp(clear, { ...parts, log })
    opened.defer(() => local.app.close())
    localUrl = `http://127.0.0.1:${(await listen(local.server, { ...clear, host: '127.0.0.1', port: 0 })).port}`
  }
  announceServer(dataDir.path, localUrl)
  const runner = startRunner({
    dataDir: dataDir.path,
    log,
    onLost: (worker) => {
      parts
        .runnerLost(worker)
        .catch((error: unknown) => log.error({ err: error, worker }, 'the builds of a lost runner could not be ended'))
    },
    ...(config.maxBuilds !== undefined && { slots: config.maxBuilds }),
  })
  opened.defer(() => runner.stop())
  opened.use(
    startRetention({
      ...parts,
      log,
      historyDays: config.historyDays ?? DEFAULT_HISTORY_DAYS,
      logDays: config.logDays,
    }),
  )
  await parts.triggers.start()
  await parts.engine.recover()
  await resumeAlarms(parts)
  const close = opened.move()
  let closing: Promise<void> | undefined
  return { url, close: () => (closing ??= close.disposeAsync()) }
}

/** Time has passed for them too. Without alarms nothing of their service is loaded. */
async function resumeAlarms({ store, alarmClock }: Composition): Promise<void> {
  const alarms = await store.read.resources.everywhere('cloudwatch', 'alarm')
  if (alarms.length > 0) await (await alarmClock()).resume()
}

/** @throws StartFailure when the machine has no git that works */
async function requireGit(): Promise<void> {
  try {
    await gitVersion()
  } catch (error) {
    throw new StartFailure('git was not found on this machine.', {
      hint: 'Install git, and see that it is on the PATH: repositories are served by it.',
      cause: error,
    })
  }
}

/** A dying process closes its connections a moment before it is gone. */
const RUNNER_ENDS_MS = 250

async function listen(server: Server, { host, port }: ServerConfig): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new StartFailure(
          error.code === 'EADDRINUSE'
            ? `Port ${port} on ${host} is in use.`
            : `Listening on ${host}:${port} failed: ${error.message}`,
          { hint: 'Choose another with --port, or 0 for any free one.', cause: error },
        ),
      )
    })
    server.listen({ host, port }, () => resolve(server.address() as AddressInfo))
  })
}

/** Development: fixed keys. A team's server: one administrator, made and printed at the first start and never again. */
async function addKeys({ auth, store, clock }: Composition, config: ServerConfig): Promise<void> {
  if (config.mode === 'dev') {
    for (const { id, secret, account } of [DEV_KEY, ...config.keys]) {
      await auth.addAccessKey({
        accessKeyId: id,
        secretAccessKey: secret,
        principal: { account, arn: `arn:aws:iam::${account}:root`, userId: account, type: 'Root' },
      })
    }
    return
  }
  const { createAdministrator } = await import('../services/iam/administrator.ts')
  const key = await createAdministrator({ store, auth, clock }, DEV_ACCOUNT)
  if (key === undefined) return
  process.stdout.write(
    `administrator access key, shown this once:\n  AWS_ACCESS_KEY_ID=${key.accessKeyId}\n  AWS_SECRET_ACCESS_KEY=${key.secretAccessKey}\n`,
  )
}
