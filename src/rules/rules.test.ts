import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deploymentWindow } from './deployment-window.ts'
import type { RuleOrder } from './rule.ts'
import { variableCheck } from './variable-check.ts'

describe('VariableCheck', () => {
  const CASES: readonly [Variable: string, Operator: string, Value: string, outcome: string][] = [
    ['main', 'EQ', 'main', 'Succeeded'],
    ['main', 'EQ', 'Main', 'Failed'],
    ['main', 'NE', 'dev', 'Succeeded'],
    ['main', 'NE', 'main', 'Failed'],
    ['release-1', 'CONTAINS', 'lease', 'Succeeded'],
    ['release-1', 'CONTAINS', 'x', 'Failed'],
    ['release-1', 'MATCHES', 'release-[0-9]+', 'Succeeded'],
    ['release-1b', 'MATCHES', 'release-[0-9]+', 'Failed'],
    ['a', 'MATCHES', 'x|a', 'Succeeded'],
    ['a', 'MATCHES', '(', 'Errored'],
    ['ab', 'MATCHES', '(?=a)ab', 'Errored'],
    ['a', 'LIKE', 'a', 'Errored'],
  ]
  for (const [Variable, Operator, Value, outcome] of CASES) {
    test(`given '${Variable}' ${Operator} '${Value}', then ${outcome}`, () => {
      assert.equal(variableCheck({ Variable, Operator, Value }).type, outcome)
    })
  }
})

describe('DeploymentWindow', () => {
  const at = (now: string, resolvedConfiguration: Record<string, string>, minutes = 60) => {
    const start = Date.parse(now)
    return deploymentWindow(
      { rule: { resolvedConfiguration }, timeoutAt: start + minutes * 60_000 } as RuleOrder,
      start,
    )
  }
  const Cron = '0 * 9 * * ?'

  test('given the window is open, then the rule is met', () => {
    assert.deepEqual(at('2026-03-02T09:30:00Z', { Cron }), { type: 'Succeeded' })
  })

  test('given it opens later, then the rule waits until that very minute', () => {
    assert.deepEqual(at('2026-03-02T08:30:10Z', { Cron }), {
      type: 'Waiting',
      until: Date.parse('2026-03-02T09:00:00Z'),
      progress: { summary: 'The deployment window opens at 2026-03-02T09:00:00.000Z.' },
    })
  })

  test('given it opens after the timeout, then there is nothing to wake up for', () => {
    const outcome = at('2026-03-02T10:30:00Z', { Cron })
    assert.deepEqual([outcome.type, 'until' in outcome], ['Waiting', false])
  })

  test('given time zones of every spelling, then 9 is 9 o’clock there, summer time included', () => {
    for (const [now, TimeZone] of [
      ['2026-03-02T08:00:00Z', 'Europe/Paris'],
      ['2026-07-02T07:00:00Z', 'Europe/Paris'],
      ['2026-03-02T03:30:00Z', 'UTC+05:30'],
      ['2026-03-02T14:00:00Z', 'UTC-05:00'],
      ['2026-03-02T17:00:00Z', 'PST'],
      ['2026-03-02T08:00:00Z', 'CET'],
      ['2026-03-02T09:00:00Z', 'UTC'],
    ] as const) {
      assert.equal(at(now, { Cron, TimeZone }).type, 'Succeeded', TimeZone)
      assert.equal(at(now, { Cron: '0 0 0 * * ?', TimeZone }, 5).type, 'Waiting', TimeZone)
    }
  })

  test('given an expression or a zone that is none, then the rule cannot be evaluated', () => {
    assert.equal(at('2026-03-02T09:00:00Z', { Cron: 'at nine' }).type, 'Errored')
    assert.equal(at('2026-03-02T09:00:00Z', { Cron, TimeZone: 'Mars/Crater' }).type, 'Errored')
  })
})
