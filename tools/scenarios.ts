// Which of the 101 scenarios of behaviour are tests, and where: docs/reference/scenarios.md.
// Run: npm run scenarios (a test compares the page with what this prints)
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const PAGE = fileURLToPath(new URL('../docs/reference/scenarios.md', import.meta.url))
const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What has no test yet, and what it waits for. A scenario that gets a test leaves this table. */
export const PENDING: Readonly<Record<string, string>> = Object.fromEntries(
  ['S78', 'S79', 'S80', 'S81', 'S82'].map((number) => [number, 'triggers on git events']),
)

/** Numbers are given for good: names of tests carry them. */
export const SCENARIOS: Readonly<Record<string, readonly string[]>> = {
  Structure: [
    'S01 a pipeline of one stage',
    'S02 a first stage that holds more than sources',
    'S03 a source behind the first stage',
    'S04 names used twice, for stages and for actions',
    'S05 an artifact of an action that does not surely run earlier',
    'S06 one artifact made by two actions',
    'S07 a build without input',
    'S08 artifact stores: both kinds, neither, none for the own region',
    'S09 blockers',
    'S10 an unknown provider',
    'S11 the range of runOrder',
    'S12 a name with a space',
    'S13 namespaces: repeated, reserved',
    'S14 type V1 with what only V2 has; no type at all',
    'S15 PARALLEL with an automatic rollback',
    'S16 SKIP with a rule that cannot be skipped by',
    'S17 a name that is in use',
    'S18 the defaults in a new structure',
    'S19 versions count up and stay readable',
    'S20 masked secrets in updates and new pipelines',
    'S21 deleting twice, creating again',
  ],
  SUPERSEDED: [
    'S22 creation starts the first execution',
    'S23 a newer execution takes the waiting place',
    'S24 a failed stage lets the waiting one in',
    'S25 who holds a stage is never superseded',
    'S26 who was superseded cannot be retried',
    'S27 groups of runOrder, one after the other',
    'S28 waiting in front of the first stage',
  ],
  QUEUED: [
    'S29 executions queue in order',
    'S30 stopping one that queues',
    'S31 fifty executions at a time',
    'S32 a failed stage lets the next one in',
  ],
  PARALLEL: [
    'S33 executions side by side',
    'S34 five actions at a time',
    'S35 an update while one runs',
    'S36 no pipeline state, no rollback',
    'S37 an approval answered by its external id',
  ],
  Updates: [
    'S38 an update while one runs and one waits',
    'S39 SUPERSEDED becomes PARALLEL while one runs',
    'S40 no retry of a stage that failed before the update',
  ],
  Transitions: [
    'S41 a closed transition holds, an opened one lets in',
    'S42 three before a closed transition, in each mode',
    'S43 closing behind an execution',
    'S44 stopping one before a closed transition',
    'S45 closing without a good reason, or an unknown stage',
  ],
  'Stop and retry': [
    'S46 stop and wait',
    'S47 stop and abandon',
    'S48 stopping what does not run',
    'S49 retrying a failed stage',
    'S50 failed actions only, or all of them',
    'S51 a retry while an action still runs',
    'S52 a retry of what succeeded',
    'S53 the automatic retry',
    'S54 retrying what was stopped',
  ],
  Rollback: [
    'S55 rolling a stage back by hand',
    'S56 what cannot be rolled back',
    'S57 a target of an older version',
    'S58 the automatic rollback',
    'S59 a rollback that fails',
    'S60 listing what succeeded in a stage',
    'S61 variables of the target',
  ],
  Conditions: [
    'S62 entry not met: FAIL',
    'S63 entry not met: SKIP',
    'S64 a deployment window, overridden',
    'S65 not good after success: ROLLBACK',
    'S66 one of two rules fails',
    'S67 overriding for an older execution',
  ],
  Variables: [
    'S68 the execution id in a configuration',
    'S69 output variables by namespace',
    'S70 a key that nobody put out',
    'S71 pipeline variables with and without a value',
    'S72 output variables that are too large',
  ],
  'Starting and triggers': [
    'S73 the same request token twice',
    'S74 source revisions that do not fit',
    'S75 a webhook with signature and filter',
    'S76 putting a webhook again',
    'S77 webhooks that are refused',
    'S78 branches of a push: includes and excludes',
    'S79 file paths of a push',
    'S80 tags or branches',
    'S81 pull requests',
    'S82 pushes that match no filter, and manual starts',
  ],
  Jobs: [
    'S83 a job handed out twice',
    'S84 continuation tokens',
    'S85 results nobody waits for',
    'S86 the queryable property',
    'S87 polling for what has no workers here',
    'S88 secret properties',
    'S89 failure types',
    'S90 URL templates',
  ],
  Approval: [
    'S91 approved',
    'S92 rejected and asked again',
    'S93 not answered in time; bounds',
    'S94 newer executions wait for it',
  ],
  'The API itself': [
    'S95 empty bodies',
    'S96 times, order and pages',
    'S97 tags',
    'S98 ids of others, ids that are none',
    'S99 events of a run, in order',
    'S100 events of retries, superseding, updates and stops',
    'S101 the unmodified AWS CLI',
  ],
}

/** Scenario → the test files that have its number in a name, in the order of their paths. */
export function testedIn(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const file of globSync('{src,test}/**/*.test.ts', { cwd: ROOT }).toSorted()) {
    const names = readFileSync(`${ROOT}${file}`, 'utf8').matchAll(NAME)
    const numbers = new Set([...names].flatMap(([name]) => name.match(/\bS\d{2,3}\b/g) ?? []))
    for (const number of numbers) found.set(number, [...(found.get(number) ?? []), file])
  }
  return found
}

/** The name of a test, or the key or first cell of a table of tests. */
const NAME = /(?:\b(?:test|it)\(\s*[`'"].*|^\s*\[?'[^'\n]*\bS\d{2,3}\b[^'\n]*'\s*[:,])/gm

export function scenariosPage(): string {
  const tested = testedIn()
  return [
    '# Scenarios',
    '',
    'Generated by `npm run scenarios` from the names of the tests; do not edit.',
    '',
    'What Pipewright promises about CodePipeline’s behaviour, scenario by scenario, and the tests that hold it to that: of the pure rules (core) and through the API.',
    '',
    ...Object.entries(SCENARIOS).flatMap(([chapter, scenarios]) => [
      `## ${chapter}`,
      '',
      '| | scenario | core | API |',
      '| --- | --- | --- | --- |',
      ...scenarios.map((scenario) => row(scenario, tested)),
      '',
    ]),
  ].join('\n')
}

function row(scenario: string, tested: ReturnType<typeof testedIn>): string {
  const [number = ''] = scenario.split(' ', 1)
  const files = tested.get(number) ?? []
  const isCore = (file: string) => file.startsWith('src/core/') || file.startsWith('test/scenarios/core/')
  const title = scenario.slice(number.length + 1)
  const api = files.filter((file) => !isCore(file))
  return `| ${number} | ${title} | ${cell(files.filter(isCore))} | ${files.length === 0 ? `pending: ${PENDING[number]}` : cell(api)} |`
}

const cell = (files: readonly string[]): string =>
  [...new Set(files.map((file) => `\`${shortName(file)}\``))].join(' ') || '–'

/** `test/scenarios/api/modes.test.ts` is `modes` */
const shortName = (file: string): string => file.replace(/^.*\//, '').replace(/\.test\.ts$/, '')

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  mkdirSync(dirname(PAGE), { recursive: true })
  writeFileSync(PAGE, scenariosPage())
}
