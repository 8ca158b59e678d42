import { isIP } from 'node:net'

/** A development key given on the command line, or the built-in one. */
export interface DevelopmentKey {
  readonly id: string
  readonly secret: string
  readonly account: string
}

export interface ServerConfig {
  readonly mode: 'dev' | 'server'
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly keys: readonly DevelopmentKey[]
  readonly logLevel: string
  readonly tls?: { readonly certFile: string; readonly keyFile: string }
  /** somebody in front of us ends TLS; then a non-loopback address may be served in clear */
  readonly behindProxy?: boolean
  /** base64, 32 bytes; absent: a file in the data folder */
  readonly masterKey?: string
  readonly maxBuilds?: number
  /** without a trailing slash */
  readonly publicUrl?: string
  /** off: builds reach no network but the server's own address through the sandbox' loopback */
  readonly buildNetwork?: boolean
  /** what AWS does and nothing else: the extensions are off (docs/extensions.md) */
  readonly strict?: boolean
  /** that ended executions and builds are kept; default 365 */
  readonly historyDays?: number
  /** that logs of groups without a retention policy are kept; absent: for ever */
  readonly logDays?: number
}

export const DEV_ACCOUNT = '000000000000'
export const DEV_KEY: DevelopmentKey = { id: 'test', secret: 'test', account: DEV_ACCOUNT }

export interface ConfigOption {
  readonly env: string
  readonly help: string
  readonly fallback?: string
  /** the flag alone means yes */
  readonly isSwitch?: true
}

/** Everything an operator can set: flag -> environment variable, meaning, default. `--help` and docs/server.md print it. */
export const OPTIONS = {
  host: { env: 'PIPEWRIGHT_HOST', help: 'address to listen on', fallback: '127.0.0.1' },
  port: { env: 'PIPEWRIGHT_PORT', help: 'port; 0 picks a free one', fallback: '4566' },
  'data-dir': { env: 'PIPEWRIGHT_DATA_DIR', help: 'where everything is kept', fallback: './pipewright-data' },
  'database-url': {
    env: 'PIPEWRIGHT_DATABASE_URL',
    help: 'sqlite: (a file in the data folder) is what works today',
    fallback: 'sqlite:',
  },
  'public-url': {
    env: 'PIPEWRIGHT_PUBLIC_URL',
    help: 'how clients reach the server, for links in answers (default: the address it listens on)',
  },
  'tls-cert': { env: 'PIPEWRIGHT_TLS_CERT', help: 'PEM file of the certificate chain' },
  'tls-key': { env: 'PIPEWRIGHT_TLS_KEY', help: 'PEM file of the private key' },
  'behind-proxy': { env: 'PIPEWRIGHT_BEHIND_PROXY', help: 'yes: a proxy in front ends TLS', fallback: 'no' },
  'max-builds': {
    env: 'PIPEWRIGHT_MAX_BUILDS',
    help: 'builds at once on this machine (default: twice its processors)',
  },
  'build-network': { env: 'PIPEWRIGHT_BUILD_NETWORK', help: 'no: builds in sandboxes get no network', fallback: 'yes' },
  strict: {
    env: 'PIPEWRIGHT_STRICT',
    help: 'yes: what AWS does and nothing else; extensions are off (docs/extensions.md)',
    fallback: 'no',
    isSwitch: true,
  },
  'history-days': {
    env: 'PIPEWRIGHT_HISTORY_DAYS',
    help: 'days that ended executions and builds are kept',
    fallback: '365',
  },
  'log-days': {
    env: 'PIPEWRIGHT_LOG_DAYS',
    help: 'days that logs are kept whose group has no retention policy (default: for ever)',
  },
  'log-level': { env: 'PIPEWRIGHT_LOG_LEVEL', help: 'debug, info, warn, error or silent', fallback: 'info' },
} as const satisfies Record<string, ConfigOption>

/** Not a flag: a secret has no place in a process list. */
export const MASTER_KEY_VARIABLE = 'PIPEWRIGHT_MASTER_KEY'

/** Reads flags over environment over defaults; @returns every mistake at once */
export function loadServerConfig(
  env: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, string | true | undefined>>,
): { config: ServerConfig } | { problems: readonly string[] } {
  const problems: string[] = []
  const read = (flag: keyof typeof OPTIONS): string | undefined => {
    const option: ConfigOption = OPTIONS[flag]
    const given = flags[camelCase(flag)]
    return (given === true ? 'yes' : given) ?? env[option.env] ?? option.fallback
  }
  const yesNo = (flag: keyof typeof OPTIONS): boolean => {
    const value = read(flag)
    if (value !== 'yes' && value !== 'no') problems.push(`${OPTIONS[flag].env}: expected yes or no, found ${value}`)
    return value === 'yes'
  }
  const days = (flag: 'history-days' | 'log-days'): number | undefined => {
    const value = read(flag)
    if (value === undefined || /^[1-9]\d{0,4}$/.test(value)) return value === undefined ? undefined : Number(value)
    problems.push(`${OPTIONS[flag].env}: ${value} is no number of days`)
    return undefined
  }
  const host = read('host') ?? ''
  if (isIP(host) === 0) problems.push(`${OPTIONS.host.env}: ${host} is no IP address`)
  const port = Number(read('port'))
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    problems.push(`${OPTIONS.port.env}: ${read('port')} is no port`)
  const database = read('database-url') ?? ''
  if (database !== 'sqlite:') {
    problems.push(`${OPTIONS['database-url'].env}: only "sqlite:" works yet; PostgreSQL is planned`)
  }
  const [certFile, keyFile] = [read('tls-cert'), read('tls-key')]
  if ((certFile === undefined) !== (keyFile === undefined))
    problems.push('PIPEWRIGHT_TLS_CERT and PIPEWRIGHT_TLS_KEY come together')
  const behindProxy = yesNo('behind-proxy')
  const buildNetwork = yesNo('build-network')
  const strict = yesNo('strict')
  const [historyDays, logDays] = [days('history-days'), days('log-days')]
  if (!isLoopback(host) && certFile === undefined && !behindProxy) {
    problems.push(
      `${host} is no loopback address: give PIPEWRIGHT_TLS_CERT and PIPEWRIGHT_TLS_KEY, or declare a proxy with PIPEWRIGHT_BEHIND_PROXY=yes`,
    )
  }
  const maxBuilds = read('max-builds')
  if (maxBuilds !== undefined && !/^[1-9]\d{0,3}$/.test(maxBuilds))
    problems.push(`PIPEWRIGHT_MAX_BUILDS: ${maxBuilds} is no count`)
  const publicUrl = read('public-url')
  if (publicUrl !== undefined && !/^https?:$/.test(URL.parse(publicUrl)?.protocol ?? '')) {
    problems.push(`PIPEWRIGHT_PUBLIC_URL: ${publicUrl} is no http or https address`)
  }
  const masterKey = env[MASTER_KEY_VARIABLE]
  if (problems.length > 0) return { problems }
  return {
    config: {
      mode: 'server',
      host,
      port,
      dataDir: read('data-dir') ?? '',
      keys: [],
      logLevel: read('log-level') ?? 'info',
      behindProxy,
      buildNetwork,
      strict,
      ...(certFile !== undefined && keyFile !== undefined && { tls: { certFile, keyFile } }),
      ...(historyDays !== undefined && { historyDays }),
      ...(logDays !== undefined && { logDays }),
      ...(maxBuilds !== undefined && { maxBuilds: Number(maxBuilds) }),
      ...(publicUrl !== undefined && { publicUrl: publicUrl.replace(/\/+$/, '') }),
      ...(masterKey !== undefined && { masterKey }),
    },
  }
}

export const isLoopback = (host: string): boolean => host.startsWith('127.') || host === '::1'

/** `id:secret[:account]` */
export function parseKey(text: string): DevelopmentKey | undefined {
  const [id = '', secret = '', account = DEV_ACCOUNT, ...rest] = text.split(':')
  const valid = /^[\w-]{1,128}$/.test(id) && secret !== '' && /^\d{12}$/.test(account) && rest.length === 0
  return valid ? { id, secret, account } : undefined
}

const camelCase = (flag: string): string => flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
