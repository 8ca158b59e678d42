/** What lies in the data folder between a server and its runner. */
import { readFileSync } from 'node:fs'

/** address and token of the server, written by it */
export const SERVER_FILE = 'runner.json'
/** the runner's own folder, with its log, its pid file and the builds */
export const RUNNER_FOLDER = 'runner'
export const PID_FILE = 'runner.pid'
export const LOG_FILE = 'runner.log'

export interface RunnerRecord {
  readonly pid: number
  /** tells the process from a later one with the same number */
  readonly startedAt: string
  readonly worker: string
}

/** When a process started, in the system's own count; '' where it cannot be known or the process is gone. */
export function processStart(pid: number): string {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // the name, in brackets, may hold spaces; the start time is the 22nd field, the 20th behind the name
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? '' : (fields[19] ?? '')
  } catch {
    return ''
  }
}
