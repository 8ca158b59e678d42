/** What the conformance tests share: running real programs, and reading real errors. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'

export interface Ran {
  /** undefined when a signal ended it */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. @throws only when it cannot be started */
export async function run(
  program: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; input?: string } = {},
): Promise<Ran> {
  const child = spawn(program, args, {
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(options.env && { env: options.env }),
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => (output[name] += text))
  }
  child.stdin?.end(options.input)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? undefined, ...output }))
  })
}

/** @returns false, or the reason to skip, for `test(…, { skip })` */
export async function missing(program: string, args: readonly string[], reason: string): Promise<string | false> {
  const { code } = await run(program, args).catch(() => ({ code: undefined }))
  return code === 0 ? false : reason
}

/** For `assert.rejects`: the SDK's typed error of this name, with this HTTP status, and what its message must match. */
export const fails =
  (name: string, status?: number, message: RegExp = /^/) =>
  (error: unknown): true => {
    assert.ok(error instanceof Error)
    assert.equal(error.name, name, error.message)
    assert.match(error.message, message)
    const { $metadata } = error as { $metadata?: { httpStatusCode?: number } }
    if (status !== undefined) assert.equal($metadata?.httpStatusCode, status)
    return true
  }
