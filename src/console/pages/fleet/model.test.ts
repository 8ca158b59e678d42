import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Reason } from '../../../core/execution/explain/explanation.ts'
import type { ExecutionOverview, PipelineOverview } from '../../../core/execution/overview.ts'
import { arrange, fits, fleetRow, parseFilter, usualMs, type FleetRow } from './model.ts'

const MINUTE = 60_000
const at = (minute: number): number => Date.UTC(2026, 10, 21, 6, minute)

const run = (status: ExecutionOverview['status'], from: number, to: number): ExecutionOverview => ({
  id: `run-${from}`,
  status,
  started: at(from),
  updated: at(to),
})

const overview = (given: Partial<PipelineOverview>): PipelineOverview => ({
  name: 'a',
  version: 1,
  executionMode: 'QUEUED',
  updated: at(0),
  tags: {},
  executions: [],
  reasons: [],
  ...given,
})

const approval: Reason = {
  kind: 'ApprovalNeeded',
  expiresAt: 0,
  about: { stageName: 'Prod', actionName: 'Ask' },
  since: 0,
  message: 'Prod / Ask waits for approval',
  remedies: [],
}

const rowOf = (name: string, given: Partial<FleetRow> = {}): FleetRow => ({ ...fleetRow(overview({ name })), ...given })

describe('a row of the fleet', () => {
  test('given no execution, it never ran', () => assert.equal(fleetRow(overview({})).state, 'never ran'))

  test('given an execution in progress that waits for a person, it is blocked, not running', () => {
    const executions = [run('InProgress', 1, 2)]
    assert.equal(fleetRow(overview({ executions, reasons: [approval] })).state, 'blocked')
    assert.equal(fleetRow(overview({ executions })).state, 'running')
  })

  test('given finished and superseded runs, the trend has the finished ones, oldest first', () => {
    const row = fleetRow(
      overview({ executions: [run('Failed', 9, 12), run('Superseded', 5, 6), run('Succeeded', 1, 3)] }),
    )
    assert.deepEqual(
      row.past.map(({ status, ms }) => [status, ms]),
      [
        ['Succeeded', 2 * MINUTE],
        ['Failed', 3 * MINUTE],
      ],
    )
    assert.equal(row.successRate, 0.5)
  })

  test('given the summary of a connection, the message is the one inside', () => {
    const revisionSummary = JSON.stringify({ ProviderType: 'GitHub', CommitMessage: 'Mend the roof\n\nIt leaked.' })
    const latest = { ...run('Succeeded', 1, 2), revisionId: 'abc', revisionSummary }
    assert.equal(fleetRow(overview({ executions: [latest] })).message, 'Mend the roof')
  })

  test('the usual length is the median of what succeeded, and unknown before three', () => {
    const past = [1, 9, 5].map((ms) => ({ id: '', status: 'Succeeded', ms }))
    assert.equal(usualMs(past), 5)
    assert.equal(usualMs(past.slice(1)), undefined)
  })
})

describe('the filter', () => {
  const shop = rowOf('shop-web', { state: 'failed', tags: { Team: 'Web' }, message: 'Add a cart' })
  const stars = new Set(['shop-web'])
  for (const [text, expected] of [
    ['', true],
    ['SHOP cart', true],
    ['shop till', false],
    ['state:failed', true],
    ['state:failed state:blocked', true],
    ['state:running', false],
    ['tag:team', true],
    ['tag:team=web', true],
    ['tag:team=api', false],
    ['is:starred', true],
  ] as const) {
    test(`"${text}" ${expected ? 'keeps' : 'hides'} a failed, starred pipeline of team Web`, () =>
      assert.equal(fits(shop, parseFilter(text), stars), expected))
  }
})

describe('the order', () => {
  const old = rowOf('old', { moved: at(1) })
  const fresh = rowOf('fresh', { moved: at(9), state: 'failed' })
  const liked = rowOf('liked', { moved: at(0), tags: { team: 'web' } })
  const names = (rows: readonly FleetRow[]): string[] => rows.map(({ name }) => name)

  test('is: starred, then whoever moved last', () => {
    const [group] = arrange([old, fresh, liked], 'none', new Set(['liked']))
    assert.deepEqual(names(group?.rows ?? []), ['liked', 'fresh', 'old'])
  })

  test('grouped by state, what needs somebody comes first', () => {
    const groups = arrange([old, fresh, liked], 'state', new Set())
    assert.deepEqual(
      groups.map(({ title, rows }) => [title, names(rows)]),
      [
        ['failed', ['fresh']],
        ['never ran', ['old', 'liked']],
      ],
    )
  })

  test('grouped by a tag, those without it say so', () => {
    const groups = arrange([old, liked], 'tag:team', new Set())
    assert.deepEqual(
      groups.map(({ title }) => title),
      ['no team', 'web'],
    )
  })
})
