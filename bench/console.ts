/**
 * The web console in Chromium, against a `pipewright dev`. Floors: an empty page of a bare server for the first paint, a raw
 * EventSource for the way of an event, reading the stream without drawing it for a log, and an empty page for frames.
 */
import { DisableStageTransitionCommand, EnableStageTransitionCommand } from '@aws-sdk/client-codepipeline'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { buildConsole } from '../test/console/build.ts'
import { ask, commands } from '../test/console/scene.ts'
import { launchChromium, noChromium } from '../test/console/support.ts'
import { checkout, stage, worldOf, type World } from '../test/support/world.ts'
import { startDevServer } from './dev-server.ts'
import { figure, format, heading, median, spread, timed } from './report.ts'
import { temporaryFolder } from './temporary-folder.ts'

const LOADS = 8
const CHANGES = 20
const LINES = 1_000_000
const STAGES = 50
/** the API takes a thousand actions a pipeline */
const ACTIONS = 20
const TOKENS = 20
const MOVING_MS = 5000
const NO_POLLING = { PollForSourceChanges: 'false' }

export async function run(): Promise<void> {
  heading('The web console in Chromium')
  if (noChromium !== false) return figure('skipped', noChromium)
  await buildConsole()
  await using folder = await temporaryFolder()
  await using server = await startDevServer(join(folder.path, 'state'))
  const url = server.connection.endpoint
  const world = worldOf({ client: { ...server.connection, maxAttempts: 1 } })
  await world.bucket('artifacts')
  await world.repository('shop', { 'index.html': 'hello' })
  const browser = await launchChromium()
  try {
    await firstPaint(browser, url, world)
    await updateLag(browser, url, world)
    await millionLines(browser, url, world)
    await movingTokens(browser, url, world)
  } finally {
    await browser.close()
  }
}

const source = () => stage('Source', checkout('shop', {}, NO_POLLING))

async function firstPaint(browser: Browser, url: string, world: World): Promise<void> {
  for (let index = 0; index < 50; index += 1)
    await world.pipeline(`shop-${index}`, [source(), stage('Approve', ask('Release'))])
  await using empty = await emptyServer()
  const floor: number[] = []
  const paint: number[] = []
  const complete: number[] = []
  for (let index = 0; index <= LOADS; index += 1) {
    const [emptyPaint] = await load(browser, empty.url, 'h1')
    const [first, whole] = await load(browser, `${url}/console/`, '.fleet-row a')
    if (index === 0) continue // warms up
    floor.push(emptyPaint)
    paint.push(first)
    complete.push(whole)
  }
  figure('floor: first paint of an empty page', spread(floor, 'ms'))
  figure('fleet of 50 pipelines, nothing cached: paint', spread(paint, 'ms'), '<= 1,000 ms')
  figure('  the first row is there', spread(complete, 'ms'))
  figure('  of the floor', format(median(complete) / median(floor)))
}

/** In a context of its own, whose cache is empty. @returns ms to the first paint, and until there is something that matches */
async function load(browser: Browser, url: string, selector: string): Promise<readonly [number, number]> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(url)
  await page.waitForSelector(selector)
  const there = await page.evaluate<number>('performance.now()')
  const paint = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN",
  )
  await context.close()
  return [paint, there]
}

async function emptyServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><h1>hello</h1>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A transition is closed and opened again; both ends are instants of this machine's clock. */
async function updateLag(browser: Browser, url: string, { codepipeline }: World): Promise<void> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${url}/console/pipelines/shop-0`)
  const door = '[data-key="door:Approve"]'
  await page.waitForSelector(door)
  await page.waitForLoadState('networkidle')
  await page.evaluate(`
    window.heard = []
    new EventSource('/_pipewright/console/events').onmessage = () => window.heard.push(Date.now())
    window.screen_ = (name) => new Promise((resolve) => {
      const look = () => {
        if (!document.querySelector('${door}')?.getAttribute('aria-label').includes(name)) return
        observer.disconnect()
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(Date.now())))
      }
      const observer = new MutationObserver(look)
      observer.observe(document.body, { subtree: true, childList: true, attributes: true })
      look()
    })`)
  const where = { pipelineName: 'shop-0', stageName: 'Approve', transitionType: 'Inbound' } as const
  const lags: number[] = []
  const wire: number[] = []
  for (let index = 0; index < CHANGES; index += 1) {
    const isClosing = index % 2 === 0
    await page.evaluate('window.heard.length = 0')
    const drawn = page.evaluate<number>(`window.screen_(${isClosing ? "'Closed'" : "'Open'"})`)
    const from = Date.now()
    await (isClosing
      ? codepipeline.send(new DisableStageTransitionCommand({ ...where, reason: `round ${index}` }))
      : codepipeline.send(new EnableStageTransitionCommand(where)))
    const screenAt = await drawn
    const heardAt = await page.evaluate<number>('window.heard[0] ?? NaN')
    lags.push(screenAt - from)
    if (!Number.isNaN(heardAt)) wire.push(heardAt - from)
  }
  await context.close()
  if (wire.length > 0) figure('floor: call -> raw EventSource', spread(wire, 'ms'))
  figure('call -> two frames after it is on the screen', spread(lags, 'ms'), '<= 200 ms')
  if (wire.length > 0) figure('  of the floor', format(median(lags) / Math.max(1, median(wire))))
}

async function millionLines(browser: Browser, url: string, world: World): Promise<void> {
  const talk = commands('Talk', [
    `seq -f 'line %.0f of a long story, told by a build that never stops talking' ${LINES}`,
  ])
  let id = ''
  const building = await timed(async () => {
    id = await world.pipeline('talker', [source(), stage('Build', talk)])
    await world.ended('talker', id)
  })
  const { uuid } = await world.buildOf('talker', id, 'Talk')
  figure(`a build that writes ${format(LINES)} lines`, `${format(building / 1000)} s`)
  const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage()
  const log = new URLSearchParams({ group: '/aws/codepipeline/talker', stream: uuid, from: '0', follow: 'false' })
  await page.goto(`${url}/console/settings`)
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor()
  const floor = await page.evaluate<number>(`(async () => {
    const from = performance.now()
    const response = await fetch('/_pipewright/console/logs?${log.toString()}')
    if (!response.ok) throw new Error('the log cannot be read: ' + response.status)
    for (const reader = response.body.getReader(); !(await reader.read()).done;);
    return performance.now() - from
  })()`)
  figure('floor: the page reads the stream, draws nothing', `${format(floor / 1000)} s`)
  const at = `${url}/console/pipelines/talker/executions/${id}/logs?action=Build/Talk`
  const from = performance.now()
  await page.goto(at)
  await page
    .getByText(/^line \d+ of a long story/)
    .first()
    .waitFor()
  figure('first lines on the screen', `${Math.round(performance.now() - from)} ms`)
  await page.locator('.log-scroller').focus()
  const last = page.getByText(`line ${LINES} of a long story`).first()
  while (!(await last.isVisible())) {
    await page.keyboard.press('End')
    await page.waitForTimeout(100)
  }
  const whole = performance.now() - from
  figure('the last line on the screen', `${format(whole / 1000)} s`)
  figure('  of the floor', format(whole / floor))
  await page.keyboard.press('Home')
  const frames = await framesPerSecond(
    page,
    3000,
    `
    const view = document.querySelector('.log-scroller')
    view.scrollTop += view.clientHeight / 3`,
  )
  figure('frames a second while it is scrolled', format(frames), '>= 50')
  await page.context().close()
}

/** The largest picture the API takes; executions that move are told to the page as another page of the browser would. */
async function movingTokens(browser: Browser, url: string, world: World): Promise<void> {
  const name = 'huge'
  const stages = Array.from({ length: STAGES - 1 }, (_, index) =>
    stage(`Stage${index + 1}`, ...Array.from({ length: ACTIONS }, (_, at) => ask(`Action${at + 1}`))),
  )
  await world.pipeline(name, [source(), ...stages], { executionMode: 'PARALLEL' })
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } })
  const empty = await context.newPage()
  const floor = await framesPerSecond(empty, 2000)
  const page = empty
  const from = performance.now()
  await page.goto(`${url}/console/pipelines/${name}`)
  await page.getByRole('button', { name: /^Stage Stage49/ }).waitFor()
  figure(`${STAGES} stages, ${(STAGES - 1) * ACTIONS + 1} actions: drawn`, `${Math.round(performance.now() - from)} ms`)
  await page.waitForLoadState('networkidle')
  // from here on the page knows only what it is told
  await page.route('**/*', () => undefined)
  await page.evaluate(`
    const channel = new BroadcastChannel('pipewright events us-east-1')
    let number = 0
    const tell = (detailType, id, more) => channel.postMessage({ kind: 'event', id: '', data: JSON.stringify({
      id: 'bench-' + (number += 1), source: 'aws.codepipeline', detailType, time: Date.now(), region: 'us-east-1',
      detail: { pipeline: '${name}', 'execution-id': id, version: 1, ...more },
    }) })
    const tokens = Array.from({ length: ${TOKENS} }, (_, index) => ({
      id: '00000000-0000-4000-8000-' + String(index).padStart(12, '0'), at: index * 2,
    }))
    for (const { id } of tokens) tell('CodePipeline Pipeline Execution State Change', id, { state: 'STARTED' })
    const nameOf = (at) => at === 0 ? 'Source' : 'Stage' + at
    window.move = () => {
      for (const token of tokens) {
        tell('CodePipeline Stage Execution State Change', token.id, { stage: nameOf(token.at), state: 'SUCCEEDED' })
        token.at = (token.at + 1) % ${STAGES}
        tell('CodePipeline Stage Execution State Change', token.id, { stage: nameOf(token.at), state: 'STARTED' })
      }
    }
    window.moving = setInterval(window.move, 500)`)
  await page.waitForTimeout(1000)
  const seen = await page.locator('.pg-token').count()
  const frames = await framesPerSecond(page, MOVING_MS)
  figure('floor: frames a second of an empty page', format(floor))
  figure(`${seen} tokens that move twice a second`, `${format(frames)} frames/s`, '>= 50')
  figure('  of the floor', format(frames / floor))
  await context.close()
}

/** @param each what is done at every frame, as source */
const framesPerSecond = async (page: Page, ms: number, each = ''): Promise<number> =>
  await page.evaluate<number>(`new Promise((resolve) => {
    let frames = 0
    const from = performance.now()
    const next = () => {
      ${each}
      frames += 1
      const took = performance.now() - from
      if (took < ${ms}) requestAnimationFrame(next)
      else resolve((frames * 1000) / took)
    }
    requestAnimationFrame(next)
  })`)
