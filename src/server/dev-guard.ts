/**
 * The key of a development server is known to everybody, so what keeps strangers out is that only this machine reaches it. A page in
 * this machine's browser is a stranger too: by a name of its own that it lets resolve to 127.0.0.1 (DNS rebinding), or by requests
 * that browsers send to anywhere without asking first.
 */
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** @returns why a development server does not answer this request; undefined: it does */
export function strangerProblem({ method, url, headers }: IncomingMessage): string | undefined {
  const { host = '' } = headers
  if (!isOfThisMachine(host)) {
    return `A development server answers to names of this machine only, and ${JSON.stringify(host)} is none: use localhost or 127.0.0.1.`
  }
  const site = headers['sec-fetch-site']
  const isStrange = site === 'cross-site' || site === 'same-site'
  const isLook = (method === 'GET' || method === 'HEAD') && !isQueryCall(url)
  return isStrange && !isLook ? 'A development server takes no changes from pages of other sites.' : undefined
}

/** The oldest services of AWS take whole calls in the query of a GET. */
function isQueryCall(url = ''): boolean {
  const mark = url.indexOf('?')
  return mark >= 0 && new URLSearchParams(url.slice(mark)).has('Action')
}

/** Names that nobody else can make resolve to this machine; names without a dot are those of containers and hosts files. */
const OWN_NAMES =
  /^(?:[^.]+|.+\.localhost|(?:.+\.)?localhost\.localstack\.cloud|.+\.amazonaws\.com|(?:host|gateway)\.docker\.internal)$/

function isOfThisMachine(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
  // an address is no name: a page would have to be of this machine already
  return name === '' || isIP(name) !== 0 || OWN_NAMES.test(name)
}
