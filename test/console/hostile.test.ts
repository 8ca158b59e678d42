/** Text from outside in every field: it is shown as the text that it is, runs nowhere, and leads nowhere but to the web. */
import { CreateProjectCommand } from '@aws-sdk/client-codebuild'
import { CreateBranchCommand, UpdateRepositoryDescriptionCommand } from '@aws-sdk/client-codecommit'
import {
  DisableStageTransitionCommand,
  ListWebhooksCommand,
  PutWebhookCommand,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { checkout, stage } from '../support/world.ts'
import { ask, commands, waitsForApproval } from './scene.ts'
import { consoleSuite, sees, type Visit } from './support.ts'

/** each would set `window.__xss`, or leave an element with `data-xss` behind */
const CORPUS = [
  '<script data-xss>window.__xss=1</script>',
  '<img data-xss src=x onerror=window.__xss=1>',
  '<svg data-xss onload=window.__xss=1><a data-xss href="javascript:window.__xss=1">click</a></svg>',
  `'"></style></title></textarea><iframe data-xss srcdoc="<script>parent.__xss=1</script>">`,
  'javascript:window.__xss=1',
  '[read me](javascript:window.__xss=1) ![](x"onerror="window.__xss=1)',
  "${window.__xss=1}{{constructor.constructor('window.__xss=1')()}}<%=window.__xss=1%>",
  '&lt;script&gt;%3Cscript%3E\\u003cscript\\u003e',
  '\u202Egnp.exe\u202C zero\u200B\u2060width\uFEFF',
  '__proto__ constructor toString',
]
const HOSTILE = CORPUS.join(' ')
/** what terminals understand: colours, a title, a link */
const TERMINAL =
  '\u001B[31mred\u001B]0;title\u0007\u001B]8;;javascript:window.__xss=1\u0007click\u001B]8;;\u0007\u001B[0m'
const LONG = 'x'.repeat(10_000)
const LOG = [...CORPUS, TERMINAL, LONG, 'the end of it'].join('\n')
/** slashes would make folders of it */
const FILE = '<img data-xss src=x onerror=window.__xss=1>.html'

consoleSuite('hostile text', (given) => {
  let evil = ''
  let visit: Visit
  before(async () => {
    const { world } = given
    const { codepipeline, codecommit } = world
    await world.bucket('artifacts')
    const files = {
      [FILE]: HOSTILE,
      'log.txt': LOG,
      constructor: HOSTILE,
      'page.html': CORPUS[0] ?? '',
      'long.txt': LONG,
    }
    await world.repository('evil', files)
    const commitId = await world.commit('evil', { 'more.txt': HOSTILE }, `${HOSTILE}\n\n${HOSTILE}\n${LONG}`)
    await codecommit.send(
      new UpdateRepositoryDescriptionCommand({ repositoryName: 'evil', repositoryDescription: HOSTILE }),
    )
    // the server takes no branch with a < in its name, neither by the API nor by git
    await codecommit.send(new CreateBranchCommand({ repositoryName: 'evil', branchName: '__proto__', commitId }))
    await world.codebuild.send(
      new CreateProjectCommand({
        name: 'evil',
        description: HOSTILE.slice(0, 255),
        source: { type: 'CODEPIPELINE', buildspec: `version: 0.2\n# ${HOSTILE}\n` },
        artifacts: { type: 'CODEPIPELINE' },
        environment: {
          type: 'LINUX_CONTAINER',
          image: 'aws/codebuild/standard:7.0',
          computeType: 'BUILD_GENERAL1_SMALL',
        },
        serviceRole: 'arn:aws:iam::000000000000:role/build',
      }),
    )
    const source = checkout('evil', { namespace: 'constructor' }, { PollForSourceChanges: 'false' })
    evil = await world.pipeline(
      'evil',
      [
        stage('Source', source),
        stage(
          '__proto__',
          commands(
            'constructor',
            ['cat log.txt', 'SAID="$(head -n 3 log.txt | tr "\\n" " ")"', 'cp log.txt "made $SAID.html" || true'],
            {
              namespace: 'toString',
              outputVariables: ['SAID'],
              outputArtifacts: [{ name: 'Made', files: ['**/*'] }],
            },
          ),
        ),
        stage(
          'Ask',
          ask('hasOwnProperty', {
            CustomData: HOSTILE.slice(0, 1000),
            ExternalEntityLink: 'javascript:window.__xss=1',
          }),
        ),
        stage('After', commands('Use', ['true'], { inputArtifacts: [{ name: 'Made' }] })),
      ],
      { variables: [{ name: 'Value', defaultValue: HOSTILE, description: HOSTILE.slice(0, 200) }] },
    )
    await waitsForApproval(world, 'evil', evil)
    await codepipeline.send(
      new DisableStageTransitionCommand({
        pipelineName: 'evil',
        stageName: 'After',
        transitionType: 'Inbound',
        // the API takes no more than letters, digits and !@().*?-
        reason: 'constructor (alert@1)',
      }),
    )
    await world.pipeline('constructor', [
      stage('Source', source),
      stage('Fail', commands('Fail', [`false '${CORPUS[1]}'`])),
    ])
    await world.pipeline('__proto__', [stage('Source', source), stage('Ask', ask('Never'))])
    const stopped = (await world.executions('__proto__'))[0]?.pipelineExecutionId ?? ''
    await waitsForApproval(world, '__proto__', stopped)
    await codepipeline.send(
      new StopPipelineExecutionCommand({
        pipelineName: '__proto__',
        pipelineExecutionId: stopped,
        abandon: true,
        reason: HOSTILE.slice(0, 200),
      }),
    )
    await codepipeline.send(
      new PutWebhookCommand({
        webhook: {
          name: 'constructor',
          targetPipeline: 'evil',
          targetAction: 'Checkout',
          filters: [{ jsonPath: '$.ref', matchEquals: CORPUS[1] }],
          authentication: 'UNAUTHENTICATED',
          authenticationConfiguration: {},
        },
      }),
    )
    const { webhooks } = await codepipeline.send(new ListWebhooksCommand({}))
    const headers = { 'x-github-event': CORPUS[0] ?? '', 'x-github-delivery': CORPUS[1] ?? '' }
    await fetch(webhooks?.[0]?.url ?? '', { method: 'POST', headers, body: JSON.stringify({ ref: HOSTILE }) })
    await world.ended('__proto__', stopped)
    visit = await given.visit('/', { allow: /status of 40[04]/ })
  })
  after(async () => await visit[Symbol.asyncDispose]())

  const script = CORPUS[0] ?? ''
  const image = CORPUS[1] ?? ''
  /** what it shows, where it is, what must be there to be read, and what has to be opened before */
  const pages: readonly (readonly [what: string, path: () => string, read: string, open?: string])[] = [
    ['a commit message in the fleet', () => '/', script],
    ['a filter', () => `/?q=${encodeURIComponent(HOSTILE)}`, 'Pipelines'],
    ['a commit message beside the picture', () => '/pipelines/evil', script],
    ['a question', () => '/pipelines/evil?select=action:Ask/hasOwnProperty', script],
    ['the reason of a closed door', () => '/pipelines/evil?select=door:After', 'constructor (alert@1)'],
    ['a pipeline called constructor', () => '/pipelines/constructor?select=action:Fail/Fail', image],
    ['a pipeline called __proto__', () => '/pipelines/__proto__?select=action:Ask/Never', 'Never'],
    ['__proto__ in the editor', () => '/pipelines/__proto__/edit', 'Never'],
    ['variables in the editor', () => '/pipelines/evil/edit', 'hasOwnProperty'],
    ['versions', () => '/pipelines/evil/versions', 'Version 1'],
    ['an execution', () => `/pipelines/evil/executions/${evil}?view=graph`, script],
    ['an execution as a table', () => `/pipelines/evil/executions/${evil}?view=table`, script],
    ['an execution as a waterfall', () => `/pipelines/evil/executions/${evil}?view=waterfall`, script],
    ['the artifacts of an execution', () => `/pipelines/evil/executions/${evil}`, 'Made', 'Artifacts'],
    ['a log', () => `/pipelines/evil/executions/${evil}/logs`, 'the end of it'],
    ['a comparison', () => `/pipelines/evil/compare?a=${evil}&b=${evil}`, 'Compare'],
    ['an approval', () => '/approvals', script],
    ['a new file behind an approval', () => '/approvals', script, `+ new ${FILE}`],
    ['the description of a repository', () => '/repositories', script],
    ['the name of a file', () => '/repositories/evil', FILE],
    ['the content of a file', () => `/repositories/evil?path=${encodeURIComponent(FILE)}`, script],
    ['a file called constructor', () => '/repositories/evil?path=constructor', script],
    ['a commit', () => '/repositories/evil?view=commits', script, HOSTILE],
    ['a branch', () => '/repositories/evil?view=branches', '__proto__'],
    ['build projects', () => '/codebuild/projects', 'evil'],
    ['a build project', () => '/codebuild/projects/evil', 'evil'],
    ['a delivery to a web-hook', () => '/webhooks', script],
    ['a filter of events', () => `/events?pipeline=${encodeURIComponent(script)}`, 'Nothing happened yet.'],
    ['events', () => '/events', 'evil'],
    ['the audit trail', () => '/audit?q=StopPipelineExecution', script, 'Show'],
    ['a pipeline that is not there', () => `/pipelines/${encodeURIComponent(script)}`, script],
    ['a page that is not there', () => `/${encodeURIComponent(script)}`, 'Nothing is here'],
  ]
  for (const [what, path, read, open] of pages) {
    test(`given ${what}, then it is text`, async () => {
      const { page } = visit
      await page.goto(`${given.server.url}/console${path()}`)
      if (open !== undefined) await page.getByText(open).first().click()
      await sees(page.getByText(read).filter({ visible: true }))
      assert.deepEqual(await harm(page), [])
    })
  }

  test('given artifacts with pages inside, then they come as files to save, that no browser takes for a page', async () => {
    const { page } = visit
    const made = (await given.world.look('evil', evil)).action('constructor').output?.outputArtifacts?.[0]?.s3location
    const query = new URLSearchParams({ bucket: made?.bucket ?? '', key: made?.key ?? '' })
    for (const [kind, file] of [
      ['object', ''],
      ['file', 'page.html'],
      ['file', FILE],
    ] as const) {
      const address = `${given.server.url}/_pipewright/console/artifacts/${kind}?${query.toString()}&path=${encodeURIComponent(file)}`
      const answer = await page.request.get(address)
      assert.equal(answer.status(), 200)
      const { 'content-type': type, ...headers } = answer.headers()
      assert.equal(type, 'application/octet-stream')
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.match(headers['content-disposition'] ?? '', /^attachment; /)
      assert.match(headers['content-security-policy'] ?? '', /^sandbox/)
    }
  })
})

/** What has run, what has become an element, what leads out of the web. */
const harm = async (page: Page): Promise<readonly string[]> =>
  await page.evaluate<string[]>(`(() => {
    const roots = [document]
    for (const root of roots) for (const element of root.querySelectorAll('*')) if (element.shadowRoot) roots.push(element.shadowRoot)
    const all = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)])
    return [
      ...(window.__xss === undefined ? [] : ['it ran']),
      ...({}.data === undefined ? [] : ['the prototype of all things was changed']),
      ...all('[data-xss], iframe, object, embed').map((element) => element.outerHTML.slice(0, 200)),
      ...all('a[href], area[href]').filter(({ protocol }) => !/^https?:$/.test(protocol)).map(({ href }) => href),
      ...all('[src]').filter(({ src }) => new URL(src, location).origin !== location.origin).map(({ src }) => src),
    ]
  })()`)
