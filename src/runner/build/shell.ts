/**
 * The one shell of a build (ADR: a build shell lives as long as the build). Commands are fed to it one at a time, so shell
 * variables and the working folder persist across commands and phases. It says on a descriptor of its own when a command is
 * over, with which status, where it stands and what it exports; standard output stays untouched.
 *
 * A command that ends the shell (`exit 0`, `set -e`, `exec`) ends that command only: a new shell continues with the exported
 * variables and the working folder of the old one. A small supervising shell around it does that, so that background processes
 * live on.
 */
import { closeSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { readEnd, writeEnd, type PipePool } from '../pipes.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { OutputSink } from './log.ts'
import { follow, readFrames, type Frame } from './shell-io.ts'

export interface BuildShell {
  /** Runs one command, its output going to the log. @returns its exit status, once all of its output has been taken in */
  run(command: string): Promise<number>
  /** Expands a word such as `$CODEBUILD_SRC_DIR/dist` or `app-$(date +%Y)` as in double quotes. */
  expand(word: string): Promise<string>
}

export interface ShellOptions {
  readonly shell: 'sh' | 'bash'
  /** 0.1: each command in a shell of its own */
  readonly shellPerCommand: boolean
  readonly env: Readonly<Record<string, string>>
  /** as commands see it */
  readonly cwd: string
  readonly output: OutputSink
}

/** A process that starts shells when told, in a sandbox. It can wait for its build: nothing of it depends on the job. */
export interface Supervisor extends Disposable {
  readonly mark: string
  readonly input: Socket
  readonly status: Socket
  readonly output: Socket
  readonly exited: Promise<number>
}

/** Descriptors inside of the sandbox. The shell closes its own copy of the commands' one. */
const COMMANDS_FD = 3
const STATUS_FD = 9

const SHELLS = { sh: 'sh', bash: 'bash --noprofile --norc' } as const

export async function startSupervisor(
  sandbox: Sandbox,
  pipes: PipePool,
  options: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): Promise<Supervisor> {
  const mark = randomBytes(12).toString('hex')
  // a line on the commands' pipe names each shell to start; the pipe's end is the supervisor's
  const script =
    `while IFS= read -r shell <&${COMMANDS_FD}; do ` +
    `eval "$shell /dev/fd/${COMMANDS_FD}"; printf '%s\\n' "${mark} exited $?" >&${STATUS_FD}; done`

  const [commands, status, output] = await Promise.all([pipes.take(), pipes.take(), pipes.take()])
  const stdio: (number | 'ignore')[] = ['ignore', output.write, output.write, commands.read]
  while (stdio.length < STATUS_FD) stdio.push('ignore')
  stdio.push(status.write)
  const { exited } = sandbox.start(['sh', '-c', script], { ...options, stdio })
  for (const fd of [output.write, commands.read, status.write]) closeSync(fd)
  const ends = { input: writeEnd(commands.write), status: readEnd(status.read), output: readEnd(output.read) }
  for (const end of Object.values(ends)) end.on('error', () => undefined) // the process is gone: `exited` tells
  return {
    mark,
    ...ends,
    exited,
    [Symbol.dispose]() {
      for (const end of Object.values(ends)) end.destroy()
    },
  }
}

export function openShell({ mark, input, status, output, exited }: Supervisor, options: ShellOptions): BuildShell {
  const frames = readFrames(status, mark)
  const drain = follow(output, options.output)
  const { start, exports } = inEnvironment(SHELLS[options.shell], options.env)
  let saved = `${exports} cd ${quote(options.cwd)}`
  let isRunning = false
  let isGone: number | undefined
  void exited.then(
    (code) => {
      isGone = code
      frames.end()
    },
    () => frames.end(),
  )

  /** @returns the answer of the shell and its exit status */
  async function send(script: string): Promise<Frame> {
    if (!isRunning) {
      input.write(`${start}\nexec ${COMMANDS_FD}<&-; trap ${quote(report(mark, 'exit'))} EXIT; ${saved}\n`)
      isRunning = true
    }
    input.write(`${script}; ${report(mark, 'done')}\n`)
    const frame = await frames.next()
    if (frame === undefined) return { kind: 'lost', status: isGone ?? 137, state: '', value: '' }
    if (frame.state !== '') saved = restore(frame.state)
    if (frame.kind === 'done') return frame
    isRunning = false
    // the dying shell's report comes from its trap, which a command may have replaced; the supervisor's always comes
    const exit = frame.kind === 'exited' ? frame : await frames.next()
    return exit ?? frame
  }

  return {
    async run(command) {
      const evaluated = `eval ${quote(command)}`
      const { status } = await send(options.shellPerCommand ? `(${evaluated})` : evaluated)
      await drain()
      options.output.endOfCommand()
      return status
    },
    async expand(word) {
      const escaped = word.replaceAll(/["\\]/g, String.raw`\$&`)
      const { value } = await send(
        `{ command printf '%s' "${mark} value "; command printf '%s' "${escaped}" | tr '\\0\\n' '\\n\\0'; command printf '\\n'; } >&${STATUS_FD}`,
      )
      return value
    },
  }
}

/** Names that a shell cannot export (`CODEBUILD_SRC_DIR_My-Src`) reach commands through `env`, which starts the shell. */
function inEnvironment(
  shell: string,
  env: Readonly<Record<string, string>>,
): { readonly start: string; readonly exports: string } {
  const isName = ([name]: [string, string]): boolean => /^[A-Za-z_]\w*$/.test(name)
  const assign = ([name, value]: [string, string]): string => `${name}=${quote(value)}`
  const all = Object.entries(env)
  const exported = all.filter(isName).map(assign)
  // one line starts a shell, so a value with a line end cannot be among these
  const others = all
    .filter((entry) => !isName(entry) && !entry.join('').includes('\n'))
    .map(([name, value]) => quote(`${name}=${value}`))
  return {
    start: others.length === 0 ? shell : `env ${others.join(' ')} ${shell}`,
    exports: exported.length === 0 ? '' : `export ${exported.join(' ')};`,
  }
}

/** What the shell says after each command (and, from its EXIT trap, when it dies): status, folder, exported variables. */
const report = (mark: string, kind: 'done' | 'exit'): string =>
  `{ command printf '%s\\n' "${mark} ${kind} $?"; command pwd; command export -p; command printf '%s\\n' "${mark} end"; } 2>/dev/null >&${STATUS_FD}`

/** The shell's own listing is its own input again. Read-only variables and the like may complain; nobody needs to hear it. */
function restore(state: string): string {
  const lineEnd = state.indexOf('\n')
  return `{ eval ${quote(state.slice(lineEnd + 1))}; cd ${quote(state.slice(0, lineEnd))}; } 2>/dev/null`
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
