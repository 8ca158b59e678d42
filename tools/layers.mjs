// The import boundaries as data, and the check of them. ARCHITECTURE.md prints the same table (tools/layers.test.ts compares).
// Run: npm run layers [-- <root>]
import { readFileSync, globSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * folder -> what it may import. A bare name opens a whole folder of ours, `x/x.ts` only its door. `npm`, `node` and a package
 * prefix stand for what is outside; `sdk` for the AWS SDK's clients, `schemas` for their schemas and protocols.
 * A `*` in the folder makes each of its subfolders an island: it may import itself, but no sister. A row of a subfolder's own
 * (`console/ui`) goes before that of its folder.
 */
export const mayImport = {
  core: [],
  base: ['npm', 'node'],
  wire: ['base', 'npm', 'node', 'schemas'],
  store: ['core', 'base', 'npm', 'node'],
  keys: ['core', 'base', 'node', 'store/store.ts'],
  journal: ['core', 'base', 'node', 'store/store.ts'],
  jobs: ['core', 'base', 'node', 'store/store.ts'],
  artifacts: ['core', 'base', 'npm', 'node', 'keys/keys.ts'],
  git: ['base', 'npm', 'node'],
  auth: ['core', 'base', 'wire/wire.ts', 'node', 'store/store.ts', 'keys/keys.ts'],
  'providers/*': [
    'core',
    'base',
    'npm',
    'node',
    'sdk',
    'artifacts/artifacts.ts',
    'git/git.ts',
    'jobs/jobs.ts',
    'journal/journal.ts',
    'providers/provider.ts',
    'providers/aborted.ts',
    'providers/artifact-files.ts',
    'providers/clone-reference.ts',
    'providers/failure.ts',
    'providers/outcomes.ts',
    'providers/run-build.ts',
    'providers/start-build.ts',
  ],
  providers: [
    'core',
    'base',
    'node',
    'sdk',
    'journal/journal.ts',
    'artifacts/artifacts.ts',
    'git/git.ts',
    'jobs/jobs.ts',
    'providers',
  ],
  'rules/*': ['core', 'base', 'sdk', 'rules/rule.ts'],
  rules: ['core', 'base', 'npm', 'journal/journal.ts'],
  runner: ['core', 'base', 'npm', 'node', 'artifacts/artifacts.ts', 'journal/journal.ts'],
  engine: [
    'core',
    'base',
    'node',
    'store/store.ts',
    'artifacts/artifacts.ts',
    'journal/journal.ts',
    'jobs/jobs.ts',
    'providers/provider.ts',
    'rules/rule.ts',
  ],
  triggers: ['core', 'base', 'node', 'store/store.ts', 'journal/journal.ts', 'engine/engine.ts'],
  'services/*': [
    'core',
    'base',
    'npm',
    'node',
    'sdk',
    'schemas',
    'wire/wire.ts',
    'store/store.ts',
    'keys/keys.ts',
    'journal/journal.ts',
    'jobs/jobs.ts',
    'artifacts/artifacts.ts',
    'git/git.ts',
    'auth/auth.ts',
    'engine/engine.ts',
    'triggers/triggers.ts',
    'runner/runner.ts',
  ],
  server: ['*'],
  worker: ['core', 'base', 'npm', 'node', 'sdk', 'artifacts/artifacts.ts'],
  agent: ['core', 'base', 'npm', 'node', 'sdk'],
  lint: ['core', 'npm'],
  cli: ['core', 'base', 'npm', 'node', 'sdk', 'lint/lint.ts', 'server/server.ts'],
  'console/api': ['core', 'npm', 'sdk', 'schemas'],
  'console/ui': ['core', 'npm', 'sdk'],
  'console/components': ['core', 'npm', 'sdk', 'console/api', 'console/ui', 'console/paths.ts'],
  'console/graph': ['core', 'npm', 'sdk', 'console/api', 'console/ui', 'console/components', 'console/paths.ts'],
  'console/log-view': ['core', 'npm', 'sdk', 'console/api', 'console/ui', 'console/components', 'console/paths.ts'],
  console: ['core', 'npm', 'sdk', 'console', 'lint/lint.ts'],
}

const IMPORT =
  /(?:^|[\s;}])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|[^\w.])import\s*\(?\s*['"]([^'"]+)['"]/g

/** @returns {{ file: string, imports: string, why: string }[]} every import that the table does not allow */
export function findViolations(root) {
  const source = join(root, 'src')
  return globSync('**/*.{ts,tsx}', { cwd: source })
    .filter((file) => !/\.(?:test|contract|config)\.ts$/.test(file))
    .sort()
    .flatMap((file) => importsOf(join(source, file)).flatMap((specifier) => judge(file, specifier, source)))
}

function importsOf(path) {
  // comments may quote imports
  const text = readFileSync(path, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2])
}

function judge(file, specifier, source) {
  const from = ruleOf(file)
  if (!from) return [{ file, imports: specifier, why: `no row of the table in tools/layers.mjs covers src/${file}` }]
  const allowed = mayImport[from]
  if (allowed.includes('*')) return []
  const wrong = (why) => [{ file, imports: specifier, why: `${from} ${why}` }]
  if (!specifier.startsWith('.'))
    return isOpen(kindOf(specifier), allowed) ? [] : wrong(`may not import ${kindOf(specifier)}`)
  const target = relative(source, resolve(source, dirname(file), specifier))
    .split(sep)
    .join('/')
  if (homeOf(target) === homeOf(file)) return []
  if (from === folderOf(target)) return []
  const open = allowed.some((entry) => entry === target || entry === folderOf(target) || entry === subfolderOf(target))
  return open ? [] : wrong(`may not import ${target}; it may import ${allowed.join(', ') || 'nothing'}`)
}

const folderOf = (file) => file.split('/')[0]
const subfolderOf = (file) => file.split('/').slice(0, 2).join('/')
/** the island a file lives on: `services/s3`, or the folder itself */
const homeOf = (file) =>
  subfolderOf(file) in mayImport || (`${folderOf(file)}/*` in mayImport && file.split('/').length > 2)
    ? subfolderOf(file)
    : folderOf(file) + '/'
const ruleOf = (file) => {
  if (subfolderOf(file) in mayImport) return subfolderOf(file)
  const island = `${folderOf(file)}/*`
  if (island in mayImport && file.split('/').length > 2) return island
  return folderOf(file) in mayImport ? folderOf(file) : undefined
}
const isOpen = (kind, allowed) =>
  allowed.includes(kind) ||
  (kind === 'schemas' && allowed.includes('sdk')) ||
  (kind === 'sdk' && allowed.includes('schemas'))
const kindOf = (specifier) =>
  specifier.startsWith('node:')
    ? 'node'
    : specifier.startsWith('@aws-sdk/client-')
      ? 'sdk'
      : /^@(?:aws-sdk|smithy)\//.test(specifier)
        ? 'schemas'
        : 'npm'

/** The rows as ARCHITECTURE.md shows them. */
export const tableAsMarkdown = () =>
  [
    '| folder | may import |',
    '| --- | --- |',
    ...Object.entries(mayImport).map(([folder, allowed]) => `| ${folder} | ${allowed.join(', ') || 'nothing'} |`),
  ].join('\n')

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const violations = findViolations(resolve(process.argv[2] ?? '.'))
  for (const { file, imports, why } of violations) console.error(`src/${file}: imports ${imports}: ${why}`)
  if (violations.length > 0) process.exit(1)
  console.log('layers: every import is allowed by tools/layers.mjs')
}
