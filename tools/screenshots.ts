/**
 * Makes docs/images: `npm run screenshots`. A server of its own, with pipelines that a shop might have, looked at in both themes; the
 * pictures are of the real pages, at work.
 */
import { DisableStageTransitionCommand, TagResourceCommand } from '@aws-sdk/client-codepipeline'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { buildConsole } from '../test/console/build.ts'
import { answer, ask, commands, waitsForApproval } from '../test/console/scene.ts'
import { launchChromium, noChromium, sees, visit } from '../test/console/support.ts'
import { startTestServer } from '../test/support/server.ts'
import { action, checkout, stage, worldOf, type World } from '../test/support/world.ts'

const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url))
const VIEWPORT = { width: 1280, height: 800 }

const UNIT = `
echo '--- Install'
echo 'added 412 packages in 3.1 s'
echo '--- Unit tests'
for suite in cart price delivery stars account search basket voucher stock invoice address gift; do
  printf '\\033[32m ok \\033[0m %s.test.ts \\033[2m%s tests\\033[0m\\n' $suite $(( \${#suite} * 3 ))
done
printf '\\033[33mwarning\\033[0m voucher.test.ts: took 2.4 s, more than 2 s\\n'
echo '+++ Summary'
printf '\\033[1m12 test suites passed\\033[0m, 231 tests, 0 failed\\n'
`

if (noChromium !== false) throw new Error(noChromium)
await mkdir(IMAGES, { recursive: true })
await buildConsole()
await using server = await startTestServer()
const world = worldOf(server)
const { live, before } = await makeShop(world)
const browser = await launchChromium()

interface Shot {
  readonly name: string
  readonly path: string
  readonly ready: (page: Page) => Promise<void>
}

const SHOTS: readonly Shot[] = [
  { name: 'fleet', path: '/', ready: (page) => sees(page.getByRole('button', { name: /^Approve/ })) },
  {
    name: 'pipeline',
    path: '/pipelines/storefront',
    ready: (page) => sees(page.getByRole('button', { name: /^Approve: Release — Needs approval/ })),
  },
  {
    name: 'execution',
    path: `/pipelines/storefront/executions/${live}?view=waterfall`,
    ready: (page) => sees(page.getByText('Release').first()),
  },
  {
    name: 'logs',
    path: `/pipelines/storefront/executions/${live}/logs?action=Test/Unit`,
    ready: (page) => sees(page.getByText('test suites passed')),
  },
  {
    name: 'approval',
    path: '/approvals',
    ready: async (page) => {
      await page
        .getByRole('button', { name: /changed src\/cart.ts/ })
        .first()
        .click()
      await sees(page.getByText('export const vat').first())
    },
  },
  {
    name: 'compare',
    path: `/pipelines/storefront/compare?a=${before}&b=${live}`,
    ready: (page) => sees(page.getByText('Show the new price').first()),
  },
  {
    name: 'editor',
    path: '/pipelines/storefront/edit',
    ready: async (page) => {
      await sees(page.getByText(/problem/).first())
      await page.getByRole('button', { name: 'Compile · Commands' }).click()
      await page.evaluate('scrollTo(0, 330)')
    },
  },
]

for (const theme of ['light', 'dark'] as const) {
  for (const { name, path, ready } of SHOTS) {
    await using shown = await visit(browser, `${server.url}/console${path}`, { theme, viewport: VIEWPORT })
    await ready(shown.page)
    await shown.page.waitForLoadState('networkidle')
    await shown.page.screenshot({ path: join(IMAGES, `${name}-${theme}.png`) })
  }
}
await browser.close()

/** Seven pipelines with a past, in every state; one of them on its way to production. */
async function makeShop(world: World): Promise<{ live: string; before: string }> {
  await Promise.all([world.bucket('artifacts'), world.bucket('shop-staging'), world.bucket('shop')])
  const cart = 'export const price = (net: number): number => net * 1.19\n'
  await world.repository('storefront', {
    'src/cart.ts': cart,
    'README.md': '# Storefront\n',
    mood: 'good',
    'unit.sh': UNIT,
    'ledger-test.sh': 'test "$(cat mood)" != bad\n',
  })
  const source = () =>
    stage('Source', checkout('storefront', { namespace: 'Source' }, { PollForSourceChanges: 'false' }))
  const built = { outputArtifacts: [{ name: 'Site', files: ['**/*'] }] }
  await world.pipeline('storefront', [
    source(),
    stage(
      'Build',
      commands('Compile', ['echo compiling 214 modules', 'sleep 0.4'], built),
      commands('Lint', ['echo clean']),
    ),
    stage(
      'Test',
      commands('Unit', ['sh unit.sh', 'sleep 0.6']),
      commands('Browser', ['echo 38 pages looked at', 'sleep 0.9']),
      commands('Licences', ['echo no new licence']),
    ),
    stage(
      'Staging',
      action('Deploy', 'Deploy/S3', { BucketName: 'shop-staging', Extract: 'true' }, { input: ['Site'] }),
    ),
    stage(
      'Approve',
      ask('Release', {
        CustomData: 'Release #{Source.CommitMessage} to everybody?',
        ExternalEntityLink: 'https://staging.shop.example',
      }),
    ),
    stage('Production', action('Deploy', 'Deploy/S3', { BucketName: 'shop', Extract: 'true' }, { input: ['Site'] })),
  ])
  const others = ['checkout-api', 'payments', 'search-index', 'mobile-app', 'price-feed', 'docs']
  for (const name of others) {
    await world.pipeline(name, [
      source(),
      stage(
        'Build',
        commands('Build', [`sleep 0.${name.length % 4}`, name === 'payments' ? 'sh ledger-test.sh' : 'echo built']),
      ),
      stage(
        'Deploy',
        ...(name === 'mobile-app'
          ? [ask('Store', { CustomData: 'Send version 4.2 to the store?' })]
          : [commands('Deploy', ['echo out'])]),
      ),
    ])
  }
  await settle(world, ['storefront', ...others])
  const messages = ['Ask for the delivery day', 'Remember the basket for a week', 'Show stars beside products']
  for (const [index, message] of messages.entries()) {
    await world.commit(
      'storefront',
      { 'README.md': `# Storefront\n\n${message}\n`, mood: index === 1 ? 'bad' : 'good' },
      message,
    )
    await runAll(world, ['storefront', ...others.filter((name) => name !== 'mobile-app')])
  }
  const [last] = await world.executions('storefront')
  await world.commit(
    'storefront',
    {
      'src/cart.ts': `export const vat = 0.07\n${cart.replace('1.19', '(1 + vat)')}`,
      'src/price-tag.ts': 'export {}\n',
      mood: 'bad',
    },
    'Show the new price',
  )
  await world.start('payments')
  await world.start('docs')
  const id = await world.start('storefront')
  await waitsForApproval(world, 'storefront', id)
  await world.codepipeline.send(
    new DisableStageTransitionCommand({
      pipelineName: 'search-index',
      stageName: 'Deploy',
      transitionType: 'Inbound',
      reason: 'Index is rebuilt until noon',
    }),
  )
  await world.start('search-index')
  for (const name of ['storefront', 'checkout-api', 'payments'])
    await tag(world, name, name === 'storefront' ? 'web' : 'money')
  return { live: id, before: last?.pipelineExecutionId ?? '' }
}

/** Until each has finished, or waits for somebody; the storefront's question is answered. */
async function settle(world: World, names: readonly string[]): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      const id = (await world.executions(name))[0]?.pipelineExecutionId ?? ''
      if (name === 'mobile-app') return await waitsForApproval(world, name, id)
      if (name === 'storefront') {
        await waitsForApproval(world, name, id)
        await answer(world, name, 'Approved', 'staging looks right')
      }
      await world.ended(name, id)
    }),
  )
}

async function runAll(world: World, names: readonly string[]): Promise<void> {
  for (const name of names) await world.start(name)
  await settle(world, names)
}

async function tag({ codepipeline }: World, name: string, team: string): Promise<void> {
  const resourceArn = `arn:aws:codepipeline:us-east-1:000000000000:${name}`
  await codepipeline.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'team', value: team }] }))
}
