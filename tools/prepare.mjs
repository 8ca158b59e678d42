// Runs after `npm ci` in a checkout: builds the web console, so that the first `npm run …` has it. An installation without the
// development dependencies (a published package) carries it built already.
import { existsSync } from 'node:fs'
import { spawnSync } from 'node:child_process'

if (existsSync(new URL('../node_modules/vite', import.meta.url))) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build:console', '--', '--logLevel', 'warn'], {
    stdio: 'inherit',
  })
  process.exit(status ?? 1)
}
