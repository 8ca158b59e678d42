import { pino, type Logger } from 'pino'

/** A structured log line: fields first, then a fixed sentence (never a built one: lines must group and count). */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'> & {
  child(fields: Record<string, unknown>): Log
}

/** Writes JSON lines to standard error, so that a command's own output on standard output stays clean. */
export const createLog = (level: string): Log => pino({ level, base: null }, pino.destination({ fd: 2, sync: true }))

export const silentLog: Log = pino({ level: 'silent' })
