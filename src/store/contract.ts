/**
 * What every store must do, written against the door: `storeContract('SQLite', open)` in a test file runs it. `open` gives an empty
 * store, and the caller disposes of it.
 */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Command, PipelineState } from '../core/execution/execution.ts'
import { anAction, anExecution, aRule, aState, KEY } from './contract-data.ts'
import {
  StaleWrite,
  type JobRow,
  type ObjectRow,
  type PipelineRecord,
  type Reader,
  type ResourceKey,
  type Store,
  type Writer,
} from './store.ts'

export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name}: the contract of every store`, () => {
    let store: Store
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store[Symbol.asyncDispose]())
    const contract: Contract = {
      store: () => store,
      parts: () => ({ read: store.read, write: (work) => store.write(work) }),
    }
    describe('units of work', () => unitsOfWork(contract))
    describe('resources', () => resources(contract))
    describe('pipelines', () => pipelines(contract))
    describe('objects', () => objects(contract))
    describe('outbox, timers, jobs and events', () => queues(contract))
  })
}

interface Contract {
  readonly store: () => Store
  /** its two halves, free of `this` */
  readonly parts: () => {
    readonly read: Reader
    readonly write: <Result>(work: (tx: Writer) => Promise<Result>) => Promise<Result>
  }
}

const key = (name: string, more: Partial<ResourceKey> = {}): ResourceKey => ({
  account: '111111111111',
  region: 'eu-west-1',
  service: 'codebuild',
  type: 'build',
  name,
  ...more,
})

const kind = { account: '111111111111', region: 'eu-west-1', service: 'codebuild', type: 'build' }

function unitsOfWork({ store }: Contract): void {
  test('a unit sees its own writes, and readers see them when it is done', async () => {
    const { promise: midway, resolve: reachedMidway } = Promise.withResolvers<void>()
    const { promise: goOn, resolve: letGoOn } = Promise.withResolvers<void>()
    const writing = store().write(async (tx) => {
      await tx.resources.put(key('a'), { n: 1 })
      assert.deepEqual((await tx.resources.get(key('a')))?.document, { n: 1 })
      reachedMidway()
      await goOn
    })
    await midway
    assert.equal(await store().read.resources.get(key('a')), undefined)
    letGoOn()
    await writing
    assert.deepEqual((await store().read.resources.get(key('a')))?.document, { n: 1 })
  })

  test('a unit that throws is undone alone, and its caller gets its error', async () => {
    const mistake = new Error('changed my mind')
    const answers = await Promise.allSettled([
      store().write((tx) => tx.resources.put(key('before'), 1)),
      store().write(async (tx) => {
        await tx.resources.put(key('undone'), 1)
        await tx.resources.put(key('before'), 2)
        throw mistake
      }),
      store().write(async (tx) => (await tx.resources.get(key('before')))?.document),
    ])
    assert.deepEqual(answers, [
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: mistake },
      { status: 'fulfilled', value: 1 },
    ])
    assert.equal(await store().read.resources.get(key('undone')), undefined)
  })

  test('units run one after the other in order of arrival, however long each takes', async () => {
    const order: string[] = []
    const unit = (name: string, turns: number): Promise<void> =>
      store().write(async () => {
        order.push(`${name} begins`)
        for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
        order.push(`${name} ends`)
      })
    await Promise.all([unit('first', 3), unit('second', 0), unit('third', 1)])
    assert.deepEqual(
      order,
      ['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    )
  })

  test('a call that was not awaited inside its unit is refused instead of landing in another', async () => {
    let escaped: (() => Promise<unknown>) | undefined
    await store().write(async (tx) => {
      escaped = () => tx.resources.put(key('late'), 1)
    })
    await store().write(async () => {
      await assert.rejects(async () => escaped?.(), /unit of work is over/)
    })
    assert.equal(await store().read.resources.get(key('late')), undefined)
  })

  test('after it was closed it refuses writes, and closing twice is harmless', async () => {
    const last = store().write((tx) => tx.resources.put(key('a'), 1))
    await store()[Symbol.asyncDispose]()
    await store()[Symbol.asyncDispose]()
    assert.equal(await last, 1)
    await assert.rejects(
      store().write(async () => 1),
      /closed/,
    )
  })
}

function resources({ parts }: Contract): void {
  test('each write counts the version; parent and ordinal stay when they are not given', async () => {
    const { read, write } = parts()
    assert.equal(await write((tx) => tx.resources.put(key('a'), { n: 1 }, { parent: 'p', ordinal: 7 })), 1)
    assert.equal(await write((tx) => tx.resources.put(key('a'), { n: 2 })), 2)
    assert.deepEqual(await read.resources.get(key('a')), {
      ...key('a'),
      version: 2,
      document: { n: 2 },
      parent: 'p',
      ordinal: 7,
    })
  })

  test('a write that expects another version is stale and changes nothing', async () => {
    const { read, write } = parts()
    const put = (ifVersion: number): Promise<number> =>
      write((tx) => tx.resources.put(key('a'), { ifVersion }, { ifVersion }))
    await assert.rejects(put(1), StaleWrite)
    assert.equal(await put(0), 1)
    await assert.rejects(put(0), StaleWrite)
    await assert.rejects(put(2), StaleWrite)
    assert.equal(await put(1), 2)
    assert.deepEqual((await read.resources.get(key('a')))?.document, { ifVersion: 1 })
  })

  test('records of other accounts, regions, services and types are apart; find looks through all accounts and regions', async () => {
    const { read, write } = parts()
    const elsewhere = [{ account: '222222222222' }, { region: 'us-east-1' }, { type: 'project' }, { service: 'logs' }]
    await write(async (tx) => {
      for (const more of [{}, ...elsewhere]) await tx.resources.put(key('same', more), more)
    })
    assert.deepEqual((await read.resources.get(key('same')))?.document, {})
    assert.equal(await read.resources.count(kind), 1)
    assert.equal((await read.resources.find('logs', 'build', 'same'))?.service, 'logs')
    assert.equal(await read.resources.find('logs', 'build', 'other'), undefined)
    assert.deepEqual(
      (await read.resources.findAll('codebuild', 'build', 'same')).map(({ account, region }) => `${account} ${region}`),
      ['111111111111 eu-west-1', '111111111111 us-east-1', '222222222222 eu-west-1'],
    )
  })

  test('lists page by name, and by ordinal in both directions with ties by name', async () => {
    const { read, write } = parts()
    const ordinals = { a: 2, b: 1, c: 2, d: 3, e: 1 }
    await write(async (tx) => {
      for (const [name, ordinal] of Object.entries(ordinals)) await tx.resources.put(key(name), null, { ordinal })
    })
    const pages = async (order: 'name' | 'ordinal' | '-ordinal'): Promise<string> => {
      let names = ''
      for (let after: { name: string; ordinal: number } | undefined; ;) {
        const page = await read.resources.list({ ...kind, order, limit: 2, ...(after && { after }) })
        names += page.map(({ name }) => name).join('')
        after = page.at(-1)
        if (after === undefined) return names
        names += ' '
      }
    }
    assert.equal(await pages('name'), 'ab cd e ')
    assert.equal(await pages('ordinal'), 'be ac d ')
    assert.equal(await pages('-ordinal'), 'da cb e ')
  })

  test('lists are narrowed by parent and by the beginning of the name', async () => {
    const { read, write } = parts()
    await write(async (tx) => {
      for (const name of ['x', 'x%', 'x_y', 'xy', 'y']) await tx.resources.put(key(name), 0, { parent: name.slice(1) })
    })
    const names = async (narrow: { parent?: string; namePrefix?: string }): Promise<string[]> =>
      (await read.resources.list({ ...kind, ...narrow })).map(({ name }) => name)
    assert.deepEqual(await names({ namePrefix: 'x_' }), ['x_y'])
    assert.deepEqual(await names({ namePrefix: 'x' }), ['x', 'x%', 'x_y', 'xy'])
    assert.deepEqual(await names({ parent: '' }), ['x', 'y'])
    assert.equal(await read.resources.count({ ...kind, parent: '' }), 2)
  })

  test('numbers of a sequence begin at 1 and are never given twice, not even after the record is deleted', async () => {
    const { write } = parts()
    const next = (name: string): Promise<number> => write((tx) => tx.resources.nextNumber(key(name)))
    await write((tx) => tx.resources.put(key('p'), 0))
    assert.deepEqual(await Promise.all([next('p'), next('p'), next('q')]), [1, 2, 1])
    assert.equal(await write((tx) => tx.resources.delete(key('p'))), true)
    assert.equal(await write((tx) => tx.resources.delete(key('p'))), false)
    assert.equal(await next('p'), 3)
  })
}

function pipelines({ store }: Contract): void {
  const create = (state = aState()): Promise<PipelineRecord> =>
    store().write((tx) => tx.pipelines.create(state, { team: 'blue' }))
  const save = (before: PipelineRecord, after: PipelineRecord['state']): Promise<PipelineRecord> =>
    store().write((tx) => tx.pipelines.save(before, after))

  test('what was saved is what is loaded, down to odd names', async () => {
    const action = anAction('a1', 'e1', { stage: '__proto__', action: 'constructor' })
    const execution = anExecution('e1', {
      stages: { ['__proto__']: { status: 'InProgress', startedAt: 1, actions: { constructor: action } } },
    })
    const after = aState({
      updatedAt: 2,
      executions: { e1: execution },
      latestActions: { '__proto__/constructor': action },
      startTokens: { token: { executionId: 'e1', at: 1 } },
      nextAge: 2,
    })
    const saved = await save(await create(), after)
    const loaded = await store().read.pipelines.load(KEY)
    assert.deepEqual(loaded, { state: after, revision: 2, tags: { team: 'blue' } })
    assert.deepEqual(saved, loaded)
    assert.equal(
      loaded?.state.latestActions['__proto__/constructor'],
      loaded?.state.executions.e1?.stages['__proto__']?.actions['constructor'],
    )
  })

  test('two who start from the same revision: the second is stale', async () => {
    const record = await create()
    await save(record, aState({ updatedAt: 2 }))
    await assert.rejects(save(record, aState({ updatedAt: 3 })), StaleWrite)
    assert.equal((await store().read.pipelines.load(KEY))?.state.updatedAt, 2)
  })

  test('a name is taken once; after a delete it is another pipeline, without history', async () => {
    const record = await create()
    await assert.rejects(create(), StaleWrite)
    await save(record, aState({ executions: { e1: anExecution('e1') } }))
    assert.equal(await store().write((tx) => tx.pipelines.delete(KEY)), true)
    assert.equal(await store().write((tx) => tx.pipelines.delete(KEY)), false)
    assert.equal(await store().read.pipelines.load(KEY), undefined)
    await create()
    assert.deepEqual(await store().read.pipelines.executions(KEY, { limit: 10 }), [])
    assert.equal(await store().read.pipelines.execution(KEY, 'e1'), undefined)
  })

  test('executions that leave the aggregate stay in history with their action runs, newest first', async () => {
    let record = await create()
    for (const age of [1, 2, 3]) {
      const action = anAction(`a${age}`, `e${age}`)
      const stages = { Build: { status: 'Succeeded', startedAt: age, actions: { Unit: action } } } as const
      const execution = anExecution(`e${age}`, { age, stages })
      record = await save(
        record,
        aState({ executions: { [execution.id]: execution }, latestActions: { 'Build/Unit': action } }),
      )
    }
    const { pipelines } = store().read
    assert.deepEqual(Object.keys((await pipelines.load(KEY))?.state.executions ?? {}), ['e3'])
    const ids = async (page: Parameters<typeof pipelines.executions>[1]): Promise<string[]> =>
      (await pipelines.executions(KEY, page)).map(({ id }) => id)
    assert.deepEqual(await ids({ limit: 2 }), ['e3', 'e2'])
    assert.deepEqual(await ids({ limit: 2, beforeAge: 2 }), ['e1'])
    assert.deepEqual(await ids({ limit: 9, succeededInStage: { stage: 'Build', version: 1 } }), ['e3', 'e2', 'e1'])
    assert.deepEqual(await ids({ limit: 9, succeededInStage: { stage: 'Build', version: 2 } }), [])
    assert.deepEqual(await ids({ limit: 9, succeededInStage: { stage: '") or 1=1 --', version: 1 } }), [])
    assert.equal((await pipelines.execution(KEY, 'e1'))?.stages.Build?.actions.Unit?.id, 'a1')
    const runs = await pipelines.actionExecutions(KEY, { limit: 2 })
    assert.deepEqual(
      runs.map(({ action }) => action.id),
      ['a3', 'a2'],
    )
    const before = runs[1]?.sequence ?? 0
    assert.deepEqual(
      (await pipelines.actionExecutions(KEY, { limit: 2, before })).map(({ action }) => action.id),
      ['a1'],
    )
    assert.equal((await pipelines.actionExecutions(KEY, { limit: 9, executionId: 'e2' })).length, 1)
  })

  test('who succeeded in a stage is told without those that rolled it back, and without those that came no further', async () => {
    let record = await create()
    const stage = (status: 'InProgress' | 'Failed' | 'Succeeded') => ({
      Build: { status, startedAt: 1, actions: {} },
    })
    for (const [age, stages, more] of [
      [1, stage('Succeeded'), {}],
      [2, stage('Succeeded'), { type: 'ROLLBACK' }],
      [3, stage('Failed'), {}],
      [4, stage('InProgress'), {}],
    ] as const) {
      const execution = anExecution(`e${age}`, { age, stages, ...more })
      record = await save(record, aState({ executions: { [execution.id]: execution } }))
    }
    const succeeded = async (): Promise<string[]> => {
      const page = { limit: 9, succeededInStage: { stage: 'Build', version: 1 } }
      return (await store().read.pipelines.executions(KEY, page)).map(({ id }) => id)
    }
    assert.deepEqual(await succeeded(), ['e1'])
    await save(record, aState({ executions: { e4: anExecution('e4', { age: 4, stages: stage('Succeeded') }) } }))
    assert.deepEqual(await succeeded(), ['e4', 'e1'])
  })

  test('old history is forgotten with its runs, but nothing that the aggregate shows or that changed since', async () => {
    let record = await create()
    const shown = anAction('a2', 'e2', { action: 'Lint' })
    for (const [age, startedAt, updatedAt] of [
      [1, 10, 11],
      [2, 20, 21],
      [3, 30, 900],
      [4, 40, 41],
      [5, 500, 501],
    ] as const) {
      const action = age === 2 ? shown : anAction(`a${age}`, `e${age}`)
      const stages = { Build: { status: 'Succeeded', startedAt, actions: { [action.action]: action } } } as const
      const execution = anExecution(`e${age}`, { age, startedAt, updatedAt, stages })
      const latestActions = { ...(age >= 2 && { 'Build/Lint': shown }), 'Build/Unit': action }
      record = await save(record, aState({ executions: { [execution.id]: execution }, latestActions }))
    }
    const forget = (page: { changedBefore: number; afterAge?: number; limit: number }) =>
      store().write((tx) => tx.pipelines.forget(KEY, page))
    assert.deepEqual(await forget({ changedBefore: 100, limit: 2 }), { executions: 1, afterAge: 2 })
    assert.deepEqual(await forget({ changedBefore: 100, afterAge: 2, limit: 9 }), {
      executions: 1,
      afterAge: undefined,
    })
    assert.deepEqual(await forget({ changedBefore: 10_000, limit: 9 }), { executions: 1, afterAge: undefined })
    assert.deepEqual(await forget({ changedBefore: 10_000, limit: 2 }), { executions: 0, afterAge: 5 })
    const { pipelines } = store().read
    const kept = await pipelines.executions(KEY, { limit: 9 })
    assert.deepEqual(
      kept.map(({ id }) => id),
      ['e5', 'e2'],
    )
    assert.deepEqual(
      (await pipelines.actionExecutions(KEY, { limit: 9 })).map(({ action }) => action.id),
      ['a5', 'a2'],
    )
    const page = { limit: 9, succeededInStage: { stage: 'Build', version: 1 } }
    assert.equal((await pipelines.executions(KEY, page)).length, 2)
    assert.equal((await pipelines.load(KEY))?.state.latestActions['Build/Lint']?.id, 'a2')
    assert.deepEqual(await forget({ changedBefore: 0, limit: 9 }), { executions: 0, afterAge: undefined })
  })

  test('a deleted pipeline is gone at once, however long its history, and another one of its name has none', async () => {
    const fill = async (executions: number): Promise<void> => {
      let record = await create()
      for (let age = 1; age <= executions; age += 1) {
        const action = anAction(`a${age}`, `e${age}`)
        const stages = { Build: { status: 'Succeeded', startedAt: age, actions: { Unit: action } } } as const
        record = await save(record, aState({ executions: { [`e${age}`]: anExecution(`e${age}`, { age, stages }) } }))
      }
    }
    const { pipelines } = store().read
    await fill(150)
    assert.equal(await store().write((tx) => tx.pipelines.delete(KEY)), true)
    assert.equal(await pipelines.load(KEY), undefined)
    assert.deepEqual(await pipelines.keys(), [])
    assert.deepEqual(await pipelines.executions(KEY, { limit: 9 }), [])
    assert.equal(await store().write((tx) => tx.pipelines.delete(KEY)), false)
    await fill(2)
    for (let some = 1; some > 0;) some = await store().write((tx) => tx.pipelines.removeDeleted(40))
    assert.deepEqual(
      (await pipelines.executions(KEY, { limit: 9 })).map(({ id }) => id),
      ['e2', 'e1'],
    )
    assert.equal((await pipelines.actionExecutions(KEY, { limit: 9 })).length, 2)
    assert.equal((await pipelines.list(KEY, { limit: 9 })).length, 1)
  })

  test('of a pipeline that is not there nothing is forgotten', async () => {
    const forgotten = await store().write((tx) => tx.pipelines.forget(KEY, { changedBefore: 9, limit: 9 }))
    assert.deepEqual(forgotten, { executions: 0, afterAge: undefined })
  })

  test('a retried action is a second run; the run it replaced within one decision is in history too', async () => {
    const run = (id: string, status: 'Failed' | 'InProgress') => {
      const action = anAction(id, 'e1', { status })
      const stages = { Build: { status: 'InProgress', startedAt: 1, actions: { Unit: action } } } as const
      return {
        action,
        state: { executions: { e1: anExecution('e1', { stages }) }, latestActions: { 'Build/Unit': action } },
      }
    }
    const first = await save(await create(), aState(run('first', 'InProgress').state))
    const replacedActions = [run('first', 'Failed').action, run('second', 'Failed').action]
    await save(first, aState({ ...run('third', 'InProgress').state, replacedActions }))
    const runs = await store().read.pipelines.actionExecutions(KEY, { limit: 9 })
    assert.deepEqual(
      runs.map(({ action }) => `${action.id} ${action.status}`),
      ['third InProgress', 'second Failed', 'first Failed'],
    )
    assert.equal((await store().read.pipelines.load(KEY))?.state.replacedActions, undefined)
  })

  test('the runs of rules are in their execution and in history, newest first, those set back within one decision too', async () => {
    const state = (id: string, status: 'Failed' | 'InProgress', more: Partial<PipelineState> = {}) => {
      const condition = { status, changedAt: 1, rules: { Check: aRule(id, 'e1', { status }) } } as const
      const stage = { status: 'InProgress', startedAt: 1, actions: {}, conditions: { onSuccess: condition } } as const
      return aState({ ...more, executions: { e1: anExecution('e1', { stages: { Build: stage } }) } })
    }
    const first = await save(await create(), state('first', 'InProgress'))
    const replacedRules = [aRule('first', 'e1', { status: 'Failed' }), aRule('second', 'e1', { status: 'Failed' })]
    await save(first, state('third', 'InProgress', { replacedRules }))
    const { pipelines } = store().read
    const seen = async (page: Parameters<typeof pipelines.ruleExecutions>[1]): Promise<string[]> =>
      (await pipelines.ruleExecutions(KEY, page)).map(({ rule }) => `${rule.id} ${rule.status}`)
    assert.deepEqual(await seen({ limit: 9 }), ['third InProgress', 'second Failed', 'first Failed'])
    assert.deepEqual(await seen({ limit: 1, executionId: 'e1' }), ['third InProgress'])
    assert.deepEqual(await seen({ limit: 9, executionId: 'e2' }), [])
    const [last] = await pipelines.ruleExecutions(KEY, { limit: 1 })
    assert.deepEqual(await seen({ limit: 9, before: last?.sequence ?? 0 }), ['second Failed', 'first Failed'])
    const loaded = (await pipelines.load(KEY))?.state
    assert.equal(loaded?.executions['e1']?.stages['Build']?.conditions?.onSuccess?.rules['Check']?.id, 'third')
    assert.equal(loaded?.replacedRules, undefined)
  })

  test('an update adds a version; older ones stay readable and come with the aggregate while they are needed', async () => {
    const { declaration } = aState()
    const second = { ...declaration, version: 2, roleArn: 'arn:aws:iam::111111111111:role/second' }
    const after = aState({ declaration: second, version: 2, olderVersions: { 1: declaration } })
    await save(await create(), after)
    assert.deepEqual((await store().read.pipelines.load(KEY))?.state, after)
    assert.deepEqual(await store().read.pipelines.declaration(KEY, 1), declaration)
    assert.deepEqual(await store().read.pipelines.declaration(KEY, 2), second)
    assert.equal(await store().read.pipelines.declaration(KEY, 3), undefined)
  })

  test('tags change without making the aggregate stale', async () => {
    const record = await create()
    await store().write((tx) => tx.pipelines.tag(KEY, { team: 'red' }))
    assert.deepEqual((await save(record, aState({ updatedAt: 2 }))).tags, { team: 'red' })
  })

  test('summaries page by name within an account and region', async () => {
    for (const name of ['b', 'a', 'B']) await create(aState({ key: { ...KEY, name } }))
    await create(aState({ key: { ...KEY, region: 'us-east-1' } }))
    const page = await store().read.pipelines.list(KEY, { limit: 2 })
    assert.deepEqual(
      page.map(({ name }) => name),
      ['B', 'a'],
    )
    assert.deepEqual(
      (await store().read.pipelines.list(KEY, { limit: 2, after: 'a' })).map(({ name }) => name),
      ['b'],
    )
    assert.equal((await store().read.pipelines.keys()).length, 4)
  })
}

function objects({ store }: Contract): void {
  const bucket = 'artifacts'
  const put = (key: string, versionId: string, more: Partial<ObjectRow> = {}): Promise<readonly ObjectRow[]> =>
    store().write((tx) =>
      tx.objects.put({
        bucket,
        key,
        versionId,
        deleteMarker: false,
        blobId: `${key}-${versionId}`,
        size: 1,
        etag: 'e',
        lastModified: 1,
        document: {},
        ...more,
      }),
    )

  test('keys sort by their UTF-8 bytes, not by UTF-16 code units', async () => {
    const keys = ['a', 'B', 'ä', '\u{FFFD}', '\u{1F600}', 'a/b', 'a-b']
    for (const key of keys) await put(key, 'null')
    const sorted = keys.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    const listed: string[] = []
    for (let after: string | undefined; ;) {
      const page = await store().read.objects.list(bucket, { limit: 2, ...(after !== undefined && { after }) })
      listed.push(...page.map(({ key }) => key))
      after = page.at(-1)?.key
      if (after === undefined) break
    }
    assert.deepEqual(listed, sorted)
  })

  test('a prefix is a prefix, whatever characters it has', async () => {
    for (const key of ['a%b', 'a%', 'a_', 'aa', 'a\u{10FFFF}', 'a\u{10FFFF}z', 'b']) await put(key, 'null')
    const keys = async (prefix: string): Promise<string[]> =>
      (await store().read.objects.list(bucket, { prefix, limit: 99 })).map(({ key }) => key)
    assert.deepEqual(await keys('a%'), ['a%', 'a%b'])
    assert.deepEqual(await keys('a\u{10FFFF}'), ['a\u{10FFFF}', 'a\u{10FFFF}z'])
    assert.equal((await keys('a')).length, 6)
    assert.equal((await keys('')).length, 7)
  })

  test('the newest version is the latest; a delete marker hides the key; removing it shows the key again', async () => {
    const { objects } = store().read
    await put('k', 'v1')
    await put('k', 'v2')
    assert.equal((await objects.latest(bucket, 'k'))?.versionId, 'v2')
    await put('k', 'v3', { deleteMarker: true })
    assert.deepEqual(await objects.list(bucket, { limit: 9 }), [])
    assert.equal((await objects.latest(bucket, 'k'))?.deleteMarker, true)
    const removed = await store().write((tx) => tx.objects.remove(bucket, 'k', 'v3'))
    assert.equal(removed?.deleteMarker, true)
    assert.deepEqual(
      (await objects.list(bucket, { limit: 9 })).map(({ versionId }) => versionId),
      ['v2'],
    )
    await store().write((tx) => tx.objects.remove(bucket, 'k', 'v1'))
    assert.equal(await store().write((tx) => tx.objects.remove(bucket, 'k', 'v1')), undefined)
    assert.equal((await objects.version(bucket, 'k', 'v2'))?.blobId, 'k-v2')
    assert.equal(await objects.isEmpty(bucket), false)
    await store().write((tx) => tx.objects.remove(bucket, 'k', 'v2'))
    assert.equal(await objects.isEmpty(bucket), true)
  })

  test('of blobs it is known which are the content of a version, latest or not', async () => {
    const { objects } = store().read
    await put('k', 'v1')
    await put('k', 'v2')
    await put('k', 'v3', { deleteMarker: true })
    assert.deepEqual(await objects.named(['k-v1', 'nobody', 'k-v2']), new Set(['k-v1', 'k-v2']))
    await store().write((tx) => tx.objects.remove(bucket, 'k', 'v1'))
    assert.deepEqual(await objects.named(['k-v1', 'k-v2']), new Set(['k-v2']))
    assert.deepEqual(await objects.named([]), new Set())
  })

  test('without versioning, a write replaces the row and tells which, so that its blob can go', async () => {
    assert.deepEqual(await put('k', 'null', { blobId: 'old' }), [])
    await put('k', 'v1')
    assert.deepEqual(
      (await put('k', 'null', { blobId: 'new' })).map(({ blobId }) => blobId),
      ['old'],
    )
    assert.equal((await store().read.objects.latest(bucket, 'k'))?.blobId, 'new')
  })

  test('describing a version changes its document and not its place', async () => {
    await put('k', 'v1')
    await put('k', 'v2')
    await store().write((tx) => tx.objects.describe({ bucket, key: 'k', versionId: 'v1' }, { tags: { a: 'b' } }))
    assert.deepEqual((await store().read.objects.version(bucket, 'k', 'v1'))?.document, { tags: { a: 'b' } })
    assert.equal((await store().read.objects.latest(bucket, 'k'))?.versionId, 'v2')
  })

  test('versions page by key, newest first within a key', async () => {
    for (const [key, version] of [
      ['b', '1'],
      ['a', '1'],
      ['b', '2'],
      ['a', '2'],
      ['b', '3'],
    ] as const)
      await put(key, version)
    const { objects } = store().read
    const listed: string[] = []
    for (let after: { key: string; sequence: number } | undefined; ;) {
      const page = await objects.versions(bucket, { limit: 2, ...(after && { after }) })
      listed.push(...page.map(({ key, versionId, isLatest }) => `${key}${versionId}${isLatest ? '*' : ''}`))
      after = page.at(-1)
      if (after === undefined) break
    }
    assert.deepEqual(listed, ['a2*', 'a1', 'b3*', 'b2', 'b1'])
    const behind = await objects.versions(bucket, { limit: 1, after: { key: 'a' } })
    assert.equal(behind[0]?.key, 'b')
  })
}

function queues({ parts }: Contract): void {
  const command = (actionExecutionId: string): Command => ({ type: 'CancelTimeout', actionExecutionId })

  test('outbox entries come in order of commit, and an id is never given twice', async () => {
    const { read, write } = parts()
    const [a, b] = await write((tx) => tx.outbox.add([command('a'), command('b')]))
    assert.deepEqual(await read.outbox.pending(), [a, b])
    await write((tx) => tx.outbox.remove([a?.id ?? 0, b?.id ?? 0]))
    await write((tx) => tx.outbox.remove([]))
    const [c] = await write((tx) => tx.outbox.add([command('c')]))
    assert.ok((c?.id ?? 0) > (b?.id ?? 0))
    assert.deepEqual(await read.outbox.pending(), [{ id: c?.id, command: command('c') }])
  })

  test('timers come earliest first; setting one again replaces it', async () => {
    const { read, write } = parts()
    assert.equal(await read.timers.next(), undefined)
    await write(async (tx) => {
      await tx.timers.set({ id: 'late', at: 30, document: { n: 3 } })
      await tx.timers.set({ id: 'early', at: 40, document: null })
      await tx.timers.set({ id: 'early', at: 10, document: { n: 1 } })
      await tx.timers.set({ id: 'gone', at: 5, document: null })
      await tx.timers.clear('gone')
    })
    assert.equal(await read.timers.next(), 10)
    assert.deepEqual(await read.timers.due(20, 9), [{ id: 'early', at: 10, document: { n: 1 } }])
    assert.deepEqual(
      (await read.timers.due(30, 1)).map(({ id }) => id),
      ['early'],
    )
  })

  test('available jobs are the queued ones and those handed out too long ago, oldest first', async () => {
    const { read, write } = parts()
    const job = (id: string, more: Partial<JobRow> = {}): JobRow => ({
      id,
      queue: 'q',
      status: 'Queued',
      nonce: '',
      query: '',
      createdAt: 1,
      document: { id },
      ...more,
    })
    const jobs = [
      job('second', { createdAt: 2, query: 'x' }),
      job('first'),
      job('out', { status: 'Dispatched', nonce: 'n', leaseUntil: 100 }),
      job('running', { status: 'InProgress', worker: 'w', leaseUntil: 50 }),
      job('done', { status: 'Succeeded' }),
      job('other', { queue: 'other' }),
    ]
    await write(async (tx) => {
      for (const each of jobs) await tx.jobs.put(each)
    })
    const available = async (now: number, limit = 9, query?: string): Promise<string[]> =>
      (await read.jobs.available('q', now, limit, query)).map(({ id }) => id)
    assert.deepEqual(await available(99), ['first', 'second'])
    assert.deepEqual(await available(100), ['first', 'out', 'second'])
    assert.deepEqual(await available(100, 1), ['first'])
    assert.deepEqual(await available(100, 9, 'x'), ['second'])
    assert.deepEqual(
      (await read.jobs.open('q')).map(({ id }) => id),
      ['first', 'out', 'running', 'second'],
    )
    assert.equal((await read.jobs.open()).length, 5)
    assert.deepEqual(await read.jobs.get('running'), jobs[3])
    await write((tx) => tx.jobs.put(job('running')))
    assert.deepEqual(await read.jobs.get('running'), job('running'))
    await write((tx) => tx.jobs.delete('running'))
    assert.equal(await read.jobs.get('running'), undefined)
  })

  test('jobs that ended long ago are forgotten, open ones never', async () => {
    const { read, write } = parts()
    const job = (id: string, status: JobRow['status'], createdAt: number): JobRow => ({
      id,
      queue: 'q',
      status,
      nonce: 'n',
      query: '',
      createdAt,
      document: null,
    })
    await write(async (tx) => {
      for (const each of [job('old', 'Failed', 1), job('open', 'Queued', 1), job('new', 'Succeeded', 9)]) {
        await tx.jobs.put(each)
      }
    })
    assert.equal(await write((tx) => tx.jobs.prune(5)), 1)
    const left = await Promise.all(['old', 'open', 'new'].map((id) => read.jobs.get(id)))
    assert.deepEqual(
      left.map((found) => found?.id),
      [undefined, 'open', 'new'],
    )
  })

  test('events keep their order, and consumers their position', async () => {
    const { read, write } = parts()
    const event = (id: string) => ({
      id,
      account: '1',
      region: 'r',
      time: 1,
      source: 's',
      detailType: 't',
      resources: [],
      detail: { id },
    })
    assert.equal(await read.events.last(), 0)
    const rows = await write((tx) => tx.events.append([event('a'), event('b'), event('c')]))
    assert.deepEqual(await read.events.after(0, 2), rows.slice(0, 2))
    assert.deepEqual(await read.events.after(rows[1]?.sequence ?? 0, 9), rows.slice(2))
    assert.deepEqual(await read.events.before(Number.MAX_SAFE_INTEGER, 2), rows.slice(1).toReversed())
    assert.deepEqual(await read.events.before(rows[1]?.sequence ?? 0, 9), rows.slice(0, 1))
    assert.equal(await read.events.last(), rows[2]?.sequence)
    assert.equal(await read.events.position('mail'), 0)
    await write((tx) => tx.events.advance('mail', 1))
    await write((tx) => tx.events.advance('mail', 2))
    assert.equal(await read.events.position('mail'), 2)
    assert.equal(await write((tx) => tx.events.prune(0, 1)), 1)
    assert.equal(await write((tx) => tx.events.prune(0)), 1, 'the third has yet to be read')
    assert.deepEqual(await read.events.after(0, 9), rows.slice(2))
    await write((tx) => tx.events.advance('mail', rows[2]?.sequence ?? 0))
    assert.equal(await write((tx) => tx.events.prune(1)), 0)
    assert.equal(await write((tx) => tx.events.prune(0)), 1)
    const [next] = await write((tx) => tx.events.append([event('d')]))
    assert.ok((next?.sequence ?? 0) > (rows[2]?.sequence ?? 0), 'a number is never given twice')
  })
}
