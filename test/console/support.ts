/**
 * The console as a person meets it: built from these sources, served by a real server, looked at with Chromium. One server and one
 * browser a test file. Whatever the page complains of (an error, a refused script, a warning of the policy) fails its test.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, afterEach, before, describe } from 'node:test'
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core'
import { startTestServer, type TestServer } from '../support/server.ts'
import { worldOf, type World } from '../support/world.ts'
import { buildConsole } from './build.ts'

/** Everything is there in a second or two; who waits longer waits in vain. */
const PATIENCE_MS = 15_000

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const CHROMIUM = [
  process.env['PIPEWRIGHT_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path): path is string => path !== undefined && path !== '' && existsSync(path))

export const noChromium: string | false =
  CHROMIUM === undefined && 'there is no Chromium on this machine; PIPEWRIGHT_CHROMIUM may name one'

export const launchChromium = async (flags: readonly string[] = []): Promise<Browser> =>
  await chromium.launch({ ...(CHROMIUM && { executablePath: CHROMIUM }), args: [...FLAGS, ...flags] })

export interface Given {
  readonly server: TestServer
  readonly world: World
  readonly browser: Browser
  /** @param path below `/console` */
  visit(path: string, options?: VisitOptions): Promise<Visit>
  /** the server is killed, without a goodbye */
  kill(): Promise<void>
  /** and is there again, at the same address, with the same data */
  restart(): Promise<void>
}

export interface VisitOptions extends BrowserContextOptions {
  readonly theme?: 'light' | 'dark'
  /** complaints that are part of the story */
  readonly allow?: RegExp
}

export interface Visit extends AsyncDisposable {
  readonly page: Page
}

/** A group of tests with a server and a browser of their own; skipped where there is no Chromium. */
export function consoleSuite(name: string, tests: (given: Given) => void): void {
  describe(name, { skip: noChromium, timeout: 120_000 }, () => {
    let server: TestServer
    let browser: Browser
    const complaints: string[] = []
    before(async () => {
      const [started, launched] = await Promise.all([startTestServer(), launchChromium(), buildConsole()])
      server = started
      browser = launched
    })
    afterEach(() => assert.deepEqual(complaints.splice(0), [], 'the page complains'))
    after(async () => {
      await browser.close()
      await server[Symbol.asyncDispose]()
    })
    tests({
      get server() {
        return server
      },
      get world() {
        return worldOf(server)
      },
      get browser() {
        return browser
      },
      visit: (path, options) =>
        visit(browser, `${server.url}/console${path}`, options, (complaint) => complaints.push(complaint)),
      kill: () => server.kill(),
      restart: async () => {
        server = await startTestServer({ dataDir: server.dataDir, args: ['--port', new URL(server.url).port] })
      },
    })
  })
}

/** @param complain what the page says it should not have come to */
export async function visit(
  browser: Browser,
  url: string,
  options: VisitOptions = {},
  complain: (complaint: string) => void = console.error,
): Promise<Visit> {
  const { theme = 'light', allow, ...rest } = options
  const context = await browser.newContext({
    viewport: { width: 1400, height: 900 },
    reducedMotion: 'reduce',
    colorScheme: theme,
    ...rest,
  })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  const hear = (complaint: string): void => {
    if (allow?.test(complaint) !== true) complain(complaint)
  }
  page.on('pageerror', (error) => hear(`error: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    // the policy's refusals are errors of the browser's own
    if (message.type() === 'error') hear(`console: ${message.text()} (${message.location().url})`)
  })
  page.on('dialog', (dialog) => {
    hear(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(url)
  return { page, [Symbol.asyncDispose]: () => context.close() }
}

/** Waits until it is there to be seen. */
export const sees = async (locator: Locator): Promise<void> => await locator.first().waitFor()

/** Waits until none is left. */
export const sawTheLastOf = async (locator: Locator): Promise<void> =>
  await locator.first().waitFor({ state: 'hidden' })
