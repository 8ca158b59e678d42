import { styleText } from 'node:util'

/** Where a command writes. Colour only for people: never when piped, nor with NO_COLOR. */
export interface Output {
  line(text?: string): void
  json(value: unknown): void
  readonly colour: boolean
  readonly interactive: boolean
}

export const terminal: Output = {
  line: (text = '') => void process.stdout.write(`${text}\n`),
  json: (value) => void process.stdout.write(`${JSON.stringify(value, null, process.stdout.isTTY ? 2 : 0)}\n`),
  colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
  interactive: process.stdout.isTTY && process.stdin.isTTY,
}

type Style = Parameters<typeof styleText>[0]

export const paint = (output: Output, style: Style, text: string): string =>
  output.colour ? styleText(style, text, { validateStream: false }) : text

/** `0.4 s`, `12 s`, `3 min 5 s` */
export function duration(milliseconds: number): string {
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
