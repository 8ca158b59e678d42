/**
 * The demo: a real git push travels through a real pipeline to a deployed web site, driven by nothing but the public AWS API.
 * Run it again and it pushes another commit. `npm run demo [-- --yes] [-- --port 4566]`
 */
import { parseArgs } from 'node:util'
import { createInterface } from 'node:readline/promises'
import { Listr } from 'listr2'
import { watch } from '../../src/cli/commands/watch.ts'
import { waitingApprovals, answerApproval } from '../../src/cli/commands/approve.ts'
import { connectionOf, DEV_PORT } from '../../src/cli/connection.ts'
import { followEvents } from '../../src/cli/live.ts'
import { terminal } from '../../src/cli/output.ts'
import { CodePipelineClient } from '@aws-sdk/client-codepipeline'
import { ensureServer } from './server.ts'
import { pushCommit } from './push.ts'
import { PIPELINE, setUp, SITE_BUCKET } from './set-up.ts'

const { values } = parseArgs({
  options: {
    yes: { type: 'boolean', default: false },
    port: { type: 'string', default: String(DEV_PORT) },
    'data-dir': { type: 'string', default: '.pipewright' },
    stop: { type: 'boolean', default: false },
  },
})
const endpoint = process.env['AWS_ENDPOINT_URL'] ?? `http://127.0.0.1:${values.port}`
const connection = connectionOf({ endpoint }, process.env)

const server = await ensureServer(endpoint, { port: values.port, dataDir: values['data-dir'] })
let exitCode = 1
try {
  exitCode = await run()
} finally {
  if (values.stop) server.stop()
}
process.exitCode = exitCode

async function run(): Promise<number> {
  terminal.line(
    server.startedBy === undefined
      ? `Using the server at ${endpoint}`
      : `Started a server at ${endpoint} (process ${server.startedBy})`,
  )
  // a terminal that does not know its width would get a letter a line
  const canRedraw = terminal.interactive && process.stdout.columns > 0
  await new Listr(setUp(connection), { renderer: canRedraw ? 'default' : 'simple' }).run()

  // subscribed before the push: the execution it starts is the first one the stream tells of
  const stop = new AbortController()
  const events = await followEvents(connection, PIPELINE, stop.signal)
  const commit = await pushCommit(connection)
  terminal.line(`\ngit push: ${commit.id.slice(0, 12)} ${commit.message}\n`)
  const execution = await nextExecution(events)
  stop.abort()

  const code = await watch(connection, PIPELINE, { execution, wait: true, logs: true, onApproval: approve }, terminal)
  terminal.line(`\nThe site:     ${endpoint}/_sites/${SITE_BUCKET}/`)
  terminal.line(`The console:  ${endpoint}/console/pipelines/${PIPELINE}`)
  const elsewhere = endpoint === connectionOf({}, process.env).endpoint ? '' : ` --endpoint ${endpoint}`
  terminal.line(
    `The pipeline: eval "$(npx pipewright env${elsewhere})" && aws codepipeline get-pipeline-state --name ${PIPELINE}`,
  )
  terminal.line(`The build:    npx pipewright logs ${PIPELINE} --action Build${elsewhere}`)
  terminal.line('Again:        npm run demo pushes another commit')
  if (server.startedBy !== undefined && !values.stop)
    terminal.line(`The server keeps running; end it with: kill ${server.startedBy}`)
  return code
}

async function nextExecution(events: AsyncIterable<{ detailType: string; detail: Readonly<Record<string, unknown>> }>) {
  for await (const { detailType, detail } of events) {
    if (detailType === 'CodePipeline Pipeline Execution State Change' && detail['state'] === 'STARTED') {
      return String(detail['execution-id'])
    }
  }
  throw new Error('the server ended the connection before the push started an execution')
}

/** Asks the person at the terminal; `--yes`, or nobody there, approves. */
async function approve(): Promise<void> {
  const client = new CodePipelineClient(connection)
  const [approval] = await waitingApprovals(client, PIPELINE)
  if (!approval) return
  const answer = values.yes || !terminal.interactive ? 'y' : await ask(`    ${approval.summary} [Y/n] `)
  await answerApproval(
    client,
    PIPELINE,
    approval,
    /^\s*n/i.test(answer) ? 'Rejected' : 'Approved',
    'answered in the demo',
  )
  client.destroy()
}

async function ask(question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await prompt.question(question)
  } finally {
    prompt.close()
  }
}
