import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ConditionResult, RuleDeclaration, StageDeclaration } from '../../../src/core/pipeline/declaration.ts'
import {
  action,
  ANA,
  asked,
  details,
  MINUTE,
  ordered,
  pipeline,
  published,
  rule,
  world,
  type World,
} from './harness.ts'

const when = (result: ConditionResult, ...rules: readonly RuleDeclaration[]) => ({ conditions: [{ result, rules }] })

/** P3 with these conditions on Deploy */
const deploy = (conditions: Partial<StageDeclaration>) =>
  pipeline({ stages: { Src: ['S'], Build: ['B'], Deploy: { actions: [action({ name: 'D' })], ...conditions } } })

const conditionOf = (w: World, id: string, key: 'beforeEntry' | 'onSuccess' | 'onFailure') =>
  w.stageRun(id, 'Deploy').conditions?.[key]?.status

describe('beforeEntry', () => {
  test('given it is met, when the rule succeeds, then the actions start, and not before', () => {
    const w = world(deploy({ beforeEntry: when('FAIL', rule('Open')) }))
    w.start('E1')
    w.ok('S', 'E1')
    const commands = w.ok('B', 'E1')
    assert.deepEqual([ordered(commands), asked(commands)], [[], ['E1/Open']])
    assert.deepEqual([w.stage('Deploy').holder, w.stageRun('E1', 'Deploy').status], ['E1', 'InProgress'])
    assert.deepEqual(ordered(w.met('Open', 'E1')), ['E1/D'])
    w.ok('D', 'E1')
    assert.deepEqual([w.statuses('E1')[0], conditionOf(w, 'E1', 'beforeEntry')], ['Succeeded', 'Succeeded'])
  })

  test('S62 given it is not met and the result is FAIL, then the stage and the execution fail without any action', () => {
    const w = world(deploy({ beforeEntry: when('FAIL', rule('Open')) }))
    w.pass('E1', 'S', 'B')
    assert.deepEqual(ordered(w.unmet('Open', 'E1', 'closed')), [])
    assert.deepEqual([w.statuses('E1')[0], w.stageRun('E1', 'Deploy').status], ['Failed', 'Failed'])
    assert.equal(w.execution('E1').statusSummary, 'Stage Deploy failed: Rule Open failed: closed')
    assert.equal(conditionOf(w, 'E1', 'beforeEntry'), 'Failed')
  })

  test('S62 given a rule refers to a variable, when it starts, then its configuration is resolved and the raw text is kept', () => {
    const Variable = '#{variables.v}'
    const w = world({
      ...deploy({ beforeEntry: when('FAIL', rule('Check', { configuration: { Variable } })) }),
      variables: [{ name: 'v', defaultValue: 'x' }],
    })
    w.start('E1', { variables: { v: 'yes' } })
    w.ok('S', 'E1')
    w.ok('B', 'E1')
    const [run] = w.rulesOf('Check', 'E1')
    assert.deepEqual([run?.configuration, run?.resolvedConfiguration], [{ Variable }, { Variable: 'yes' }])
  })

  test('given a rule refers to what nobody has produced, then it is evaluated by nobody, and the condition is Errored', () => {
    const w = world(deploy({ beforeEntry: when('FAIL', rule('Check', { configuration: { Variable: '#{B.k}' } })) }))
    w.start('E1')
    w.ok('S', 'E1')
    assert.deepEqual(asked(w.ok('B', 'E1')), [])
    assert.deepEqual([conditionOf(w, 'E1', 'beforeEntry'), w.statuses('E1')[0]], ['Errored', 'Failed'])
    assert.equal(w.rulesOf('Check', 'E1')[0]?.error?.code, 'ConfigurationError')
  })

  test('S63 given the result is SKIP, then the stage is Skipped, the execution succeeds, and the stage cannot be retried or gone back to', () => {
    const w = world(deploy({ beforeEntry: when('SKIP', rule('Needed')) }))
    w.pass('E1', 'S', 'B')
    const commands = w.unmet('Needed', 'E1')
    assert.deepEqual([w.statuses('E1')[0], w.stageRun('E1', 'Deploy').status], ['Succeeded', 'Skipped'])
    assert.deepEqual(published(commands), ['stage E1 Deploy SUCCEEDED', 'pipeline E1 SUCCEEDED'])
    assert.equal(details(commands)[0]?.['skipped'], true)
    w.refuses('StageNotRetryableException', () => w.retry('E1', 'Deploy'))
    w.refuses('UnableToRollbackStageException', () => w.rollback('R', 'Deploy', 'E1'))
    w.refuses('ConditionNotOverridableException', () => w.override('E1', 'Deploy', 'beforeEntry'))
  })

  test('given it failed the stage, when the stage is retried, then the condition is evaluated again, and history has both runs', () => {
    for (const mode of ['FAILED_ACTIONS', 'ALL_ACTIONS'] as const) {
      const w = world(deploy({ beforeEntry: when('FAIL', rule('Open')) }))
      w.pass('E1', 'S', 'B')
      w.unmet('Open', 'E1')
      assert.deepEqual(asked(w.retry('E1', 'Deploy', mode)), ['E1/Open'])
      assert.deepEqual(ordered(w.met('Open', 'E1')), ['E1/D'])
      assert.deepEqual(
        w.rulesOf('Open', 'E1').map(({ status }) => status),
        ['Failed', 'Succeeded'],
      )
    }
  })

  test('given it was met, when an action fails and the stage is retried, then nobody is asked again', () => {
    const w = world(deploy({ beforeEntry: when('FAIL', rule('Open')) }))
    w.pass('E1', 'S', 'B')
    w.met('Open', 'E1')
    w.fail('D', 'E1')
    const commands = w.retry('E1', 'Deploy', 'ALL_ACTIONS')
    assert.deepEqual([asked(commands), ordered(commands)], [[], ['E1/D']])
  })
})

describe('several rules', () => {
  test('S66 given two rules, when one fails, then the condition is Failed and the other one is abandoned', () => {
    const w = world(deploy({ beforeEntry: when('FAIL', rule('One'), rule('Two')) }))
    w.start('E1')
    w.ok('S', 'E1')
    assert.deepEqual(asked(w.ok('B', 'E1')), ['E1/One', 'E1/Two'])
    w.met('One', 'E1')
    assert.equal(conditionOf(w, 'E1', 'beforeEntry'), 'InProgress')
    w.unmet('Two', 'E1')
    assert.deepEqual([conditionOf(w, 'E1', 'beforeEntry'), w.statuses('E1')[0]], ['Failed', 'Failed'])
    const other = world(deploy({ beforeEntry: when('FAIL', rule('One'), rule('Two')) }))
    other.pass('E1', 'S', 'B')
    const running = other.runningRule('One', 'E1')
    const commands = other.unmet('Two', 'E1')
    assert.equal(other.rulesOf('One', 'E1')[0]?.status, 'Abandoned')
    assert.deepEqual(
      commands.flatMap((command) => (command.type === 'AbandonRule' ? [command.ruleExecutionId] : [])),
      [running.ruleExecutionId],
    )
    const before = other.state
    assert.deepEqual(other.send({ type: 'RuleSucceeded', ...running }), [])
    assert.equal(other.state, before, 'a late report changes nothing')
  })

  test('given a rule cannot be evaluated, then the condition is Errored, which counts as failed', () => {
    const w = world(deploy({ beforeEntry: when('FAIL', rule('One')) }))
    w.pass('E1', 'S', 'B')
    const error = { code: 'ConfigurationError', message: 'no such alarm' } as const
    w.send({ type: 'RuleErrored', ...w.runningRule('One', 'E1'), error })
    assert.deepEqual([conditionOf(w, 'E1', 'beforeEntry'), w.statuses('E1')[0]], ['Errored', 'Failed'])
  })
})

describe('a rule that waits', () => {
  test('S64 given a closed window, when its time comes, then it is asked again by the same run; when it times out, then it has failed', () => {
    const w = world(deploy({ beforeEntry: when('FAIL', rule('Window', { timeoutInMinutes: 7 })) }))
    w.start('E1')
    w.ok('S', 'E1')
    const scheduled = w.ok('B', 'E1').find((command) => command.type === 'ScheduleRule')
    assert.deepEqual([scheduled?.purpose, scheduled?.at], ['timeout', w.now + 7 * MINUTE])
    const run = w.runningRule('Window', 'E1')
    const until = w.now + 3 * MINUTE
    const [check] = w.send({ type: 'RuleWaiting', ...run, until, progress: { summary: 'closed' } })
    assert.deepEqual(check?.type === 'ScheduleRule' && [check.purpose, check.at], ['check', until])
    assert.equal(w.rulesOf('Window', 'E1')[0]?.summary, 'closed')
    const [again] = w.send({ type: 'RuleDue', ...run })
    assert.deepEqual(again?.type === 'StartRule' && again.order.rule.id, run.ruleExecutionId)
    w.send({ type: 'RuleTimedOut', ...run })
    assert.deepEqual(w.rulesOf('Window', 'E1')[0]?.error?.message, 'The rule timed out after 7 minutes.')
    assert.deepEqual(w.statuses('E1'), ['Failed'])
    assert.deepEqual(w.send({ type: 'RuleDue', ...run }), [])
  })
})

describe('overriding', () => {
  test('S64 given an entry condition is evaluated, when it is overridden, then its rules are abandoned and the actions start', () => {
    const w = world(deploy({ beforeEntry: when('FAIL', rule('Window')) }))
    w.pass('E1', 'S', 'B')
    assert.deepEqual(ordered(w.override('E1', 'Deploy', 'beforeEntry')), ['E1/D'])
    const [run] = w.rulesOf('Window', 'E1')
    assert.deepEqual(
      [conditionOf(w, 'E1', 'beforeEntry'), run?.status, run?.updatedBy],
      ['Overridden', 'Abandoned', ANA],
    )
    w.refuses('ConditionNotOverridableException', () => w.override('E1', 'Deploy', 'beforeEntry'))
  })

  test('given a condition has failed the stage, when it is overridden, then the execution goes on as if it had been met', () => {
    const w = world(deploy({ beforeEntry: when('FAIL', rule('Open')), onSuccess: when('FAIL', rule('Good')) }))
    w.pass('E1', 'S', 'B')
    w.unmet('Open', 'E1')
    assert.deepEqual(ordered(w.override('E1', 'Deploy', 'beforeEntry')), ['E1/D'])
    assert.deepEqual([w.statuses('E1')[0], w.execution('E1').statusSummary], ['InProgress', undefined])
    w.ok('D', 'E1')
    w.unmet('Good', 'E1')
    assert.deepEqual(w.statuses('E1'), ['Failed'])
    w.override('E1', 'Deploy', 'onSuccess')
    assert.deepEqual([w.statuses('E1')[0], w.stageRun('E1', 'Deploy').status], ['Succeeded', 'Succeeded'])
    w.refuses('ConditionNotOverridableException', () => w.override('E1', 'Deploy', 'onSuccess'))
  })

  test('given onFailure rules run because the entry failed, when the entry is overridden, then they are abandoned', () => {
    const w = world(deploy({ beforeEntry: when('FAIL', rule('Open')), onFailure: when('ROLLBACK', rule('Sad')) }))
    w.pass('E1', 'S', 'B')
    assert.deepEqual(asked(w.unmet('Open', 'E1')), ['E1/Sad'])
    assert.deepEqual(ordered(w.override('E1', 'Deploy', 'beforeEntry')), ['E1/D'])
    assert.deepEqual([w.rulesOf('Sad', 'E1')[0]?.status, conditionOf(w, 'E1', 'onFailure')], ['Abandoned', undefined])
  })

  test('S67 given another execution entered since, or the stage or condition does not exist, then no', () => {
    const w = world(deploy({ beforeEntry: when('FAIL', rule('Open')) }))
    w.pass('E1', 'S', 'B')
    w.unmet('Open', 'E1')
    w.refuses('StageNotFoundException', () => w.override('E1', 'Nowhere', 'beforeEntry'))
    w.refuses('ConditionNotOverridableException', () => w.override('E1', 'Build', 'beforeEntry'))
    w.refuses('NotLatestPipelineExecutionException', () => w.override('E9', 'Deploy', 'beforeEntry'))
    w.pass('E2', 'S', 'B')
    w.refuses('NotLatestPipelineExecutionException', () => w.override('E1', 'Deploy', 'beforeEntry'))
    w.met('Open', 'E2')
    w.refuses('ConditionNotOverridableException', () => w.override('E2', 'Deploy', 'beforeEntry'))
  })

  test('given a QUEUED pipeline is full, when a failed execution would come back to life, then no', () => {
    const w = world(
      { ...deploy({ beforeEntry: when('FAIL', rule('Open')) }), executionMode: 'QUEUED' },
      { limits: { concurrentExecutions: 1 } },
    )
    w.pass('E1', 'S', 'B')
    w.unmet('Open', 'E1')
    w.start('E2')
    w.refuses('ConcurrentPipelineExecutionsLimitExceededException', () => w.override('E1', 'Deploy', 'beforeEntry'))
  })
})

describe('onSuccess', () => {
  test('given all actions succeeded, then the stage is locked until the rules have ended', () => {
    const w = world(deploy({ onSuccess: when('FAIL', rule('Good')) }))
    w.pass('E1', 'S', 'B', 'D')
    assert.deepEqual([w.stage('Deploy').holder, w.stageRun('E1', 'Deploy').status], ['E1', 'InProgress'])
    w.met('Good', 'E1')
    assert.deepEqual(w.statuses('E1'), ['Succeeded'])
  })

  test('S65 given the result is ROLLBACK and E1 succeeded, when E2 is not good, then E2 is Failed and the stage goes back to E1', () => {
    const w = world(deploy({ onSuccess: when('ROLLBACK', rule('Good')) }))
    w.pass('E1', 'S', 'B', 'D')
    w.met('Good', 'E1')
    w.pass('E2', 'S', 'B', 'D')
    w.unmet('Good', 'E2')
    const [rollback] = w.executionsOf('ROLLBACK')
    assert.deepEqual(
      [w.statuses('E2')[0], rollback?.rollback?.targetExecutionId, rollback?.trigger],
      ['Failed', 'E1', { type: 'AutomatedRollback', detail: 'E2' }],
    )
    assert.deepEqual(asked(w.ok('D', rollback?.id ?? '')), [], 'a rollback is asked nothing')
    assert.deepEqual(w.statuses(rollback?.id ?? ''), ['Succeeded'])
  })

  test('given it failed the stage, when failed actions are retried, then only the condition is asked again; when all are, then D runs too', () => {
    for (const [mode, expected] of [
      ['FAILED_ACTIONS', [['E1/Good'], []]],
      ['ALL_ACTIONS', [[], ['E1/D']]],
    ] as const) {
      const w = world(deploy({ onSuccess: when('FAIL', rule('Good')) }))
      w.pass('E1', 'S', 'B', 'D')
      w.unmet('Good', 'E1')
      const commands = w.retry('E1', 'Deploy', mode)
      assert.deepEqual([asked(commands), ordered(commands)], expected)
    }
  })
})

describe('onFailure', () => {
  test('given the condition is met, then the stage fails and nothing more; if not, then its result is engaged', () => {
    const w = world(deploy({ onFailure: when('ROLLBACK', rule('Calm')) }))
    w.pass('E1', 'S', 'B', 'D')
    w.pass('E2', 'S', 'B')
    assert.deepEqual(asked(w.fail('D', 'E2')), ['E2/Calm'])
    assert.deepEqual(w.statuses('E2'), ['InProgress'], 'the stage is locked while the condition is asked')
    w.refuses('StageNotRetryableException', () => w.retry('E2', 'Deploy'))
    w.met('Calm', 'E2')
    assert.deepEqual([w.statuses('E2')[0], w.executionsOf('ROLLBACK').length], ['Failed', 0])
    w.retry('E2', 'Deploy')
    w.fail('D', 'E2')
    w.unmet('Calm', 'E2')
    assert.deepEqual([w.statuses('E2')[0], w.executionsOf('ROLLBACK').length], ['Failed', 1])
  })

  test('given its result is RETRY, when it is not met twice, then the stage is tried once more only', () => {
    const w = world(deploy({ onFailure: when('RETRY', rule('Calm')) }))
    w.pass('E1', 'S', 'B')
    w.fail('D', 'E1')
    assert.deepEqual(ordered(w.unmet('Calm', 'E1')), ['E1/D'])
    w.fail('D', 'E1')
    assert.deepEqual(ordered(w.unmet('Calm', 'E1')), [])
    assert.deepEqual(w.statuses('E1'), ['Failed'])
    assert.deepEqual(
      w.rulesOf('Calm', 'E1').map(({ status }) => status),
      ['Failed', 'Failed'],
      'the run that was set back at once is in history too',
    )
  })

  test('given both a retry and conditions, then the retry comes first and the conditions when the stage has failed for good', () => {
    const w = world(deploy({ onFailure: { result: 'RETRY', ...when('FAIL', rule('Calm')) } }))
    w.pass('E1', 'S', 'B')
    const first = w.fail('D', 'E1')
    assert.deepEqual([ordered(first), asked(first)], [['E1/D'], []])
    assert.deepEqual(asked(w.fail('D', 'E1')), ['E1/Calm'])
    w.unmet('Calm', 'E1')
    assert.deepEqual(w.statuses('E1'), ['Failed'])
  })

  test('given the entry failed, then onFailure is asked as well', () => {
    const w = world(deploy({ beforeEntry: when('FAIL', rule('Open')), onFailure: { result: 'RETRY' } }))
    w.pass('E1', 'S', 'B')
    assert.deepEqual(asked(w.unmet('Open', 'E1')), ['E1/Open'])
    w.met('Open', 'E1')
    w.ok('D', 'E1')
    assert.deepEqual(w.statuses('E1'), ['Succeeded'])
    assert.equal(w.stageRun('E1', 'Deploy').retry?.automatic, 1)
  })
})

describe('while a condition is evaluated', () => {
  test('given a stop that waits or abandons, then it is Cancelled or Abandoned, the execution is Stopped, and a retry asks again', () => {
    for (const [abandon, status] of [
      [false, 'Cancelled'],
      [true, 'Abandoned'],
    ] as const) {
      const w = world(deploy({ beforeEntry: when('FAIL', rule('Open')) }))
      w.pass('E1', 'S', 'B')
      w.stop('E1', { abandon })
      assert.deepEqual([w.statuses('E1')[0], conditionOf(w, 'E1', 'beforeEntry')], ['Stopped', status])
      assert.equal(w.rulesOf('Open', 'E1')[0]?.status, 'Abandoned')
      w.refuses('ConditionNotOverridableException', () => w.override('E1', 'Deploy', 'beforeEntry'))
      assert.deepEqual(asked(w.retry('E1', 'Deploy')), ['E1/Open'])
    }
  })

  test('given onSuccess is evaluated during a stop, when the stage is retried, then only that is asked again', () => {
    const w = world(deploy({ onSuccess: when('FAIL', rule('Good')) }))
    w.pass('E1', 'S', 'B', 'D')
    w.stop('E1')
    const commands = w.retry('E1', 'Deploy')
    assert.deepEqual([asked(commands), ordered(commands)], [['E1/Good'], []])
  })

  test('given an update or the deletion of the pipeline, then the execution is Cancelled at once', () => {
    for (const end of [(w: World) => w.update(), (w: World) => w.send({ type: 'PipelineDeleted' })]) {
      const w = world(deploy({ beforeEntry: when('FAIL', rule('Open')) }))
      w.pass('E1', 'S', 'B')
      end(w)
      assert.deepEqual([w.statuses('E1')[0], w.rulesOf('Open', 'E1')[0]?.status], ['Cancelled', 'Abandoned'])
    }
  })

  test('given executions arrive, then they wait in front of the stage as ever', () => {
    const w = world(deploy({ beforeEntry: when('FAIL', rule('Open')) }))
    w.pass('E1', 'S', 'B')
    w.pass('E2', 'S', 'B')
    w.pass('E3', 'S', 'B')
    assert.deepEqual(w.statuses('E1', 'E2', 'E3'), ['InProgress', 'Superseded', 'InProgress'])
    assert.deepEqual(asked(w.unmet('Open', 'E1')), ['E3/Open'])
  })
})
