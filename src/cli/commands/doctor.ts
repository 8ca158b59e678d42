import { CodePipelineClient, ListPipelinesCommand } from '@aws-sdk/client-codepipeline'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { Command } from 'commander'
import { spawnSync } from 'node:child_process'
import { connectionOf, withConnection, type Connection } from '../connection.ts'
import { CliFailure, EXIT, explain } from '../failure.ts'
import { paint, terminal } from '../output.ts'

interface Finding {
  readonly check: string
  readonly ok: boolean
  /** a missing option is worth knowing, but nothing is broken */
  readonly optional: boolean
  readonly found: string
  readonly hint?: string
}

export const doctorCommand = (program: Command): Command =>
  withConnection(program.command('doctor'))
    .description('Check this machine and the server: Node, git, sandbox, AWS CLI, credentials, clock')
    .option('--json', 'print JSON')
    .action(async (options: { endpoint?: string; region?: string; json?: boolean }) => {
      const findings = [...machine(), ...(await server(connectionOf(options, process.env)))]
      if (options.json) terminal.json(findings)
      else for (const finding of findings) terminal.line(render(finding))
      process.exitCode = findings.every(({ ok, optional }) => ok || optional) ? EXIT.succeeded : EXIT.failed
    })

/** What the machine offers; a program that is not there has no version to print. */
const PROGRAMS = [
  {
    program: 'git',
    args: ['--version'],
    optional: false,
    hint: 'Install git 2.30 or newer: repositories are served by it.',
  },
  {
    program: 'bwrap',
    args: ['--version'],
    optional: true,
    hint: 'Install bubblewrap to run each build in a sandbox of its own; without it builds run as plain processes.',
  },
  { program: 'aws', args: ['--version'], optional: true, hint: 'Install the AWS CLI to drive the server with it.' },
] as const

function machine(): Finding[] {
  const node = process.versions.node
  const programs = PROGRAMS.map(({ program, args, optional, hint }): Finding => {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 10_000 })
    const ok = status === 0
    const found = ok ? (`${stdout}${stderr}`.trim().split('\n')[0] ?? '') : 'not found'
    return { check: program, ok, optional, found, ...(!ok && { hint }) }
  })
  return [{ check: 'node', ok: Number(node.split('.')[0]) >= 24, optional: false, found: node }, ...programs]
}

async function server(connection: Connection): Promise<Finding[]> {
  const { endpoint } = connection
  const checks: [string, () => Promise<string>][] = [
    [
      'credentials',
      async () => {
        const { Arn } = await using(new STSClient(connection), (client) =>
          client.send(new GetCallerIdentityCommand({})),
        )
        return Arn ?? ''
      },
    ],
    [
      'codepipeline',
      async () => {
        const { pipelines = [] } = await using(new CodePipelineClient(connection), (client) =>
          client.send(new ListPipelinesCommand({})),
        )
        return `${pipelines.length} pipelines in ${connection.region}`
      },
    ],
  ]
  const findings: Finding[] = []
  for (const [check, work] of checks) {
    try {
      findings.push({ check, ok: true, optional: false, found: await work() })
    } catch (error) {
      const failure = explain(error, endpoint)
      const { message } = failure as Error
      const hint = failure instanceof CliFailure ? failure.hint : undefined
      findings.push({ check, ok: false, optional: false, found: message, ...(hint !== undefined && { hint }) })
    }
  }
  return [{ check: 'endpoint', ok: true, optional: false, found: endpoint }, ...findings]
}

async function using<Client extends { destroy(): void }, Result>(
  client: Client,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(client)
  } finally {
    client.destroy()
  }
}

function render({ check, ok, optional, found, hint }: Finding): string {
  const [mark, style] = ok
    ? (['\u2714', 'green'] as const)
    : optional
      ? (['\u2013', 'yellow'] as const)
      : (['\u2718', 'red'] as const)
  return `${paint(terminal, style, mark)} ${check.padEnd(13)} ${found}${hint === undefined ? '' : `\n  ${''.padEnd(13)} ${hint}`}`
}
