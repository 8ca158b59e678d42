#!/usr/bin/env node
// Starts the command line with a Node that can run it. Plain JavaScript of long ago, so that an old Node gets as far as saying so.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const NEEDED = 24
const root = join(dirname(fileURLToPath(import.meta.url)), '..')

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  const pinned = join(root, 'node_modules', 'node', 'bin', 'node')
  if (!existsSync(pinned)) {
    console.error(`pipewright: Node ${process.versions.node} is too old: version ${NEEDED} or newer is needed.`)
    console.error('  Install it from https://nodejs.org, or run "npm install" in a clone: it brings its own.')
    process.exit(1)
  }
  const { status, signal } = await rerun(pinned)
  if (signal) {
    // our own handler only passes signals on
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  }
  process.exit(status ?? 1)
}

// a published package carries compiled sources; a clone runs them as they are
const compiled = join(root, 'dist', 'cli', 'main.js')
const main = existsSync(join(root, 'src', 'cli', 'main.ts')) ? join(root, 'src', 'cli', 'main.ts') : compiled
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { enableCompileCache } = await import('node:module')
enableCompileCache()
const { main: run } = await import(pathToFileURL(main).href)
await run(process.argv, version)

/** Runs this file again under another Node and passes on what ends it. */
async function rerun(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => child.kill(name))
  return new Promise((resolve) => child.on('exit', (status, signal) => resolve({ status, signal })))
}
