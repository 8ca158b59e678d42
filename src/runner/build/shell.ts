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

export interface BuildShell extends Disposable {
  /** Runs one command, its output going to the log. @returns its exit status, once all of its output has been taken in */
  run(command: string): Promise<number>
  /** Expands a word such as `$CODEBUILD_SRC_DIR/dist` or `app-$(date +%Y)` as in double quotes. */
  expand(word: string): Promise<string>
}

export interface ShellOptions {
  readonly sandbox: Sandbox
  readonly pipes: PipePool
  readonly shell: 'sh' | 'bash'
  /** 0.1: each command in a shell of its own */
  readonly shellPerCommand: boolean
  readonly env: Readonly<Record<string, string>>
  /** host path */
  readonly cwd: string
  readonly output: OutputSink
}

/** Descriptors inside of the sandbox. The shell closes its own copy of the commands' one. */
const COMMANDS_FD = 3
const STATUS_FD = 9

const SHELL_ARGUMENTS = { sh: ['sh'], bash: ['bash', '--noprofile', '--norc'] } as const

export async function openShell(options: ShellOptions): Promise<BuildShell> {
  const mark = randomBytes(12).toString('hex')
  const shellWords = SHELL_ARGUMENTS[options.shell]
  // one word on the commands' pipe for each shell to start; its end ends the supervisor
  const supervisor =
    `while IFS= read -r _ <&${COMMANDS_FD}; do ` +
    `${shellWords.join(' ')} /dev/fd/${COMMANDS_FD}; printf '%s\\n' "${mark} exited $?" >&${STATUS_FD}; done`

  const [commands, status, output] = await Promise.all([
    options.pipes.take(),
    options.pipes.take(),
    options.pipes.take(),
  ])
  const stdio: (number | 'ignore')[] = ['ignore', output.write, output.write, commands.read]
  while (stdio.length < STATUS_FD) stdio.push('ignore')
  stdio.push(status.write)
  const process = options.sandbox.start(['sh', '-c', supervisor], { env: options.env, cwd: options.cwd, stdio })
  for (const fd of [output.write, commands.read, status.write]) closeSync(fd)

  const input = writeEnd(commands.write)
  input.on('error', () => undefined) // the supervisor is gone: `process.exited` tells
  const frames = readFrames(readEnd(status.read), mark)
  const outputEnd = readEnd(output.read)
  const drain = follow(outputEnd, options.output)
  let saved = `cd ${quote(options.sandbox.inside(options.cwd))}`
  let isRunning = false
  let isGone: number | undefined
  void process.exited.then(
    (code) => {
      isGone = code
      frames.end()
    },
    () => frames.end(),
  )

  /** @returns the answer of the shell and its exit status */
  async function send(script: string): Promise<Frame> {
    if (!isRunning) {
      input.write(`start\nexec ${COMMANDS_FD}<&-; trap ${quote(report(mark, 'exit'))} EXIT; ${saved}\n`)
      isRunning = true
    }
    input.write(`${script}; ${report(mark, 'done')}\n`)
    const frame = await frames.next()
    if (frame === undefined) return { kind: 'lost', status: isGone ?? 137, state: '', value: '' }
    if (frame.state !== '') saved = restore(frame.state)
    if (frame.kind === 'done') return frame
    isRunning = false
    // the dying shell's report comes from its trap, which a command may have replaced; the supervisor's always comes
    const exited = frame.kind === 'exited' ? frame : await frames.next()
    return exited ?? frame
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
    [Symbol.dispose]() {
      input.destroy()
      outputEnd.destroy()
      frames.destroy()
    },
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

interface Frame {
  readonly kind: 'done' | 'exit' | 'exited' | 'lost'
  readonly status: number
  /** working folder, line end, exported variables as the shell's own commands; '' when the shell could not tell */
  readonly state: string
  /** what `expand` asked for */
  readonly value: string
}

interface Frames {
  next(): Promise<Frame | undefined>
  end(): void
  destroy(): void
}

/** Reads `<mark> done <status>`, the state, `<mark> end`, or `<mark> exited <status>` alone. */
function readFrames(socket: Socket, mark: string): Frames {
  let text = ''
  let value = ''
  let ended = false
  const ready: Frame[] = []
  let waiting: ((frame: Frame | undefined) => void) | undefined
  const offer = (): void => {
    if (waiting === undefined || (ready.length === 0 && !ended)) return
    const take = waiting
    waiting = undefined
    take(ready.shift())
  }
  const framePattern = new RegExp(
    `${mark} (?:value (?<value>[^\\n]*)\\n|exited (?<exited>\\d+)\\n|(?<kind>done|exit) (?<status>\\d+)\\n(?<state>[^]*?)${mark} end\\n)`,
  )
  socket.setEncoding('utf8')
  socket.on('error', () => undefined)
  socket.on('data', (chunk: string) => {
    text += chunk
    for (let match = framePattern.exec(text); match !== null; match = framePattern.exec(text)) {
      text = text.slice(match.index + match[0].length)
      const groups = match.groups ?? {}
      if (groups['value'] !== undefined) value = groups['value'].replaceAll('\0', '\n')
      else {
        const kind = groups['exited'] === undefined ? (groups['kind'] as 'done' | 'exit') : 'exited'
        ready.push({ kind, status: Number(groups['exited'] ?? groups['status']), state: groups['state'] ?? '', value })
        value = ''
      }
    }
    offer()
  })
  return {
    next: () =>
      new Promise((resolve) => {
        waiting = resolve
        offer()
      }),
    end() {
      ended = true
      offer()
    },
    destroy: () => socket.destroy(),
  }
}

/**
 * Passes the output on with back-pressure.
 * @returns waits until everything is taken that was in the pipe when it is called: the next full turn of the event loop looks
 * into the pipe, and brought nothing
 */
function follow(socket: Socket, sink: OutputSink): () => Promise<void> {
  let taken = 0
  let paused: Promise<void> | undefined
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    taken += 1
    const full = sink.write(chunk)
    if (full === undefined) return
    socket.pause()
    paused = full.then(() => {
      paused = undefined
      socket.resume()
    })
  })
  return async () => {
    for (let before = -1; before !== taken;) {
      before = taken
      await paused
      await turn()
      await turn()
    }
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
