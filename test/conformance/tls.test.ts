import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  StartBuildCommand,
} from '@aws-sdk/client-codebuild'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { missing, run } from './support.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/pipewright.mjs', import.meta.url))

test(
  "given a team's server with TLS, then its own runner and builds work without knowing the certificate",
  {
    skip: await missing('openssl', ['version'], 'openssl is not on this machine'),
  },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pipewright-tls-'))
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost']
    await run('openssl', [...made, '-keyout', key, '-out', cert])
    const server = spawn(
      process.execPath,
      [PROGRAM, 'server', '--port', '0', '--data-dir', join(folder, 'data'), '--tls-cert', cert, '--tls-key', key],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, PIPEWRIGHT_LOG_LEVEL: 'error' } },
    )
    const exited = new Promise((resolve) => server.once('exit', resolve))
    try {
      const said: Record<string, string> = {}
      for await (const line of createInterface({ input: server.stdout })) {
        const [, name = '', value = ''] = /(AWS_\w+)=(\S+)/.exec(line) ?? []
        if (name !== '') said[name] = value
        const url = /ready on (\S+)/.exec(line)?.[1]
        if (url === undefined) continue
        said['url'] = url
        break
      }
      assert.match(said['url'] ?? '', /^https:/)
      const codebuild = new CodeBuildClient({
        endpoint: said['url'] ?? '',
        region: 'us-east-1',
        credentials: {
          accessKeyId: said['AWS_ACCESS_KEY_ID'] ?? '',
          secretAccessKey: said['AWS_SECRET_ACCESS_KEY'] ?? '',
        },
        requestHandler: { httpsAgent: new Agent({ ca: await readFile(cert), servername: 'localhost' }) },
      })
      await codebuild.send(
        new CreateProjectCommand({
          name: 'over-tls',
          source: {
            type: 'NO_SOURCE',
            buildspec: '{"version":0.2,"phases":{"build":{"commands":["env | grep AWS_ENDPOINT_URL"]}}}',
          },
          artifacts: { type: 'NO_ARTIFACTS' },
          environment: {
            type: 'LINUX_CONTAINER',
            image: 'aws/codebuild/standard:7.0',
            computeType: 'BUILD_GENERAL1_SMALL',
          },
          serviceRole: 'arn:aws:iam::000000000000:role/build',
        }),
      )
      const { build } = await codebuild.send(new StartBuildCommand({ projectName: 'over-tls' }))
      const status = async (): Promise<string> => {
        const { builds } = await codebuild.send(new BatchGetBuildsCommand({ ids: [build?.id ?? ''] }))
        return builds?.[0]?.buildStatus ?? ''
      }
      // an AWS client polls its builds; this one does too
      for (let i = 0; i < 200 && (await status()) === 'IN_PROGRESS'; i += 1) await delay(50)
      assert.equal(await status(), 'SUCCEEDED')
      codebuild.destroy()
    } finally {
      server.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true })
    }
  },
)
