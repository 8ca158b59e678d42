/** Aggregates in pieces, as a real store keeps them: an execution or a run that `save` was not told of is not there after a restart. */
import type {
  ActionExecution,
  PipelineExecution,
  PipelineKey,
  PipelineState,
  RuleExecution,
} from '../../src/core/execution/execution.ts'
import type { PipelineDeclaration } from '../../src/core/pipeline/declaration.ts'
import { StaleWrite, type PipelineRecord, type PipelineWriter } from '../../src/store/store.ts'
import { byBytes, type Answer, type Table } from './memory-table.ts'

interface Numbered<Value> {
  readonly pipeline: string
  readonly sequence: number
  readonly value: Value
}

export interface PipelineTables {
  readonly records: Table<string, PipelineRecord>
  readonly declarations: Table<string, PipelineDeclaration>
  /** by pipeline and id */
  readonly executions: Table<string, { readonly pipeline: string; readonly value: PipelineExecution }>
  readonly actions: Table<string, Numbered<ActionExecution>>
  readonly rules: Table<string, Numbered<RuleExecution>>
}

export const idOf = ({ account, region, name }: PipelineKey): string => `${account}/${region}/${name}`

export function pipelinesOf(tables: PipelineTables, drawn: { runs: number }, answer: Answer): PipelineWriter {
  const { records, declarations, executions, actions, rules } = tables

  function put(record: PipelineRecord, before: PipelineState | undefined): PipelineRecord {
    const { state } = record
    const pipeline = idOf(state.key)
    records.put(pipeline, record)
    if (before?.declaration !== state.declaration) declarations.put(`${pipeline}/${state.version}`, state.declaration)
    for (const run of state.replacedActions ?? []) putRun(actions, pipeline, run)
    for (const run of state.replacedRules ?? []) putRun(rules, pipeline, run)
    if (before?.executions !== state.executions) {
      for (const id of Object.keys(state.executions)) {
        const execution = state.executions[id]
        const known = before?.executions[id]
        if (execution !== undefined && execution !== known) putExecution(pipeline, execution, known)
      }
    }
    for (const name of Object.keys(state.latestActions)) {
      const run = state.latestActions[name]
      if (run !== undefined && run !== before?.latestActions[name]) putRun(actions, pipeline, run)
    }
    return record
  }

  function putExecution(pipeline: string, execution: PipelineExecution, before: PipelineExecution | undefined): void {
    executions.put(`${pipeline}/${execution.id}`, { pipeline, value: execution })
    for (const [name, stage] of Object.entries(execution.stages)) {
      const known = before !== undefined && Object.hasOwn(before.stages, name) ? before.stages[name] : undefined
      if (stage === known) continue
      if (stage.actions !== known?.actions)
        for (const run of Object.values(stage.actions)) putRun(actions, pipeline, run)
      if (stage.conditions === known?.conditions) continue
      for (const condition of Object.values(stage.conditions ?? {}))
        for (const run of Object.values(condition.rules)) putRun(rules, pipeline, run)
    }
  }

  function putRun<Run extends { readonly id: string }>(
    runs: Table<string, Numbered<Run>>,
    pipeline: string,
    value: Run,
  ) {
    const before = runs.get(`${pipeline}/${value.id}`)
    if (before?.value !== value)
      runs.put(`${pipeline}/${value.id}`, { pipeline, value, sequence: before?.sequence ?? (drawn.runs += 1) })
  }

  /** As text: whatever is no plain data does not survive. Runs come from their own rows. */
  function load(key: PipelineKey): PipelineRecord | undefined {
    const record = records.get(idOf(key))
    if (record === undefined) return undefined
    const { replacedActions: _actions, replacedRules: _rules, ...rest } = record.state
    const state = copy(rest)
    const runs = new Map<string, ActionExecution>()
    const stored = (run: ActionExecution): ActionExecution => {
      const known = runs.get(run.id) ?? copy(actions.get(`${idOf(key)}/${run.id}`)?.value)
      if (known === undefined) throw new Error(`action execution ${run.id} is not stored`)
      runs.set(run.id, known)
      return known
    }
    const loaded = mapValues(state.executions, ({ id }) => {
      const execution = copy(executions.get(`${idOf(key)}/${id}`)?.value)
      if (execution === undefined) throw new Error(`execution ${id} is not stored`)
      const stages = mapValues(execution.stages, (stage) => ({ ...stage, actions: mapValues(stage.actions, stored) }))
      return { ...execution, stages }
    })
    return { ...record, state: { ...state, executions: loaded, latestActions: mapValues(state.latestActions, stored) } }
  }

  const historyOf = <Run extends { readonly executionId: string }>(
    runs: Table<string, Numbered<Run>>,
    key: PipelineKey,
    { executionId, before = Infinity, limit }: { executionId?: string; before?: number; limit: number },
  ): readonly Numbered<Run>[] =>
    runs
      .values()
      .filter(({ pipeline, sequence }) => pipeline === idOf(key) && sequence < before)
      .filter(({ value }) => executionId === undefined || value.executionId === executionId)
      .toSorted((a, b) => b.sequence - a.sequence)
      .slice(0, limit)

  return {
    load: (key) => answer(() => load(key)),
    list: ({ account, region }, { after = '', limit }) =>
      answer(() =>
        records
          .values()
          .map(({ state }) => state)
          .filter(({ key }) => key.account === account && key.region === region && byBytes(after, key.name) < 0)
          .toSorted((a, b) => byBytes(a.key.name, b.key.name))
          .slice(0, limit)
          .map(({ key: { name }, version, declaration: { pipelineType, executionMode }, createdAt, updatedAt }) => {
            return { name, version, pipelineType, executionMode, createdAt, updatedAt }
          }),
      ),
    keys: () => answer(() => records.values().map(({ state: { key } }) => key)),
    declaration: (key, version) => answer(() => declarations.get(`${idOf(key)}/${version}`)),
    execution: (key, id) => answer(() => executions.get(`${idOf(key)}/${id}`)?.value),
    executions: (key, { beforeAge = Infinity, limit, succeededInStage: wanted }) =>
      answer(() =>
        executions
          .values()
          .filter(({ pipeline, value }) => pipeline === idOf(key) && value.age < beforeAge)
          .map(({ value }) => value)
          .filter(
            ({ stages, pipelineVersion, type }) =>
              wanted === undefined ||
              (pipelineVersion === wanted.version &&
                type !== 'ROLLBACK' &&
                stages[wanted.stage]?.status === 'Succeeded'),
          )
          .toSorted((a, b) => b.age - a.age)
          .slice(0, limit),
      ),
    actionExecutions: (key, page) =>
      answer(() => historyOf(actions, key, page).map(({ sequence, value }) => ({ sequence, action: value }))),
    ruleExecutions: (key, page) =>
      answer(() => historyOf(rules, key, page).map(({ sequence, value }) => ({ sequence, rule: value }))),
    create: (state, tags) =>
      answer(() => {
        if (records.get(idOf(state.key)) !== undefined)
          throw new StaleWrite(`pipeline "${state.key.name}" exists already`)
        return put({ state, revision: 1, tags }, undefined)
      }),
    save: (before, state) =>
      answer(() => {
        const stored = records.get(idOf(state.key))
        if (stored?.revision !== before.revision) throw new StaleWrite(`pipeline "${state.key.name}" has changed`)
        return put({ state, revision: before.revision + 1, tags: stored.tags }, before.state)
      }),
    tag: (key, tags) =>
      answer(() => {
        const record = records.get(idOf(key))
        if (record === undefined) throw new StaleWrite(`there is no pipeline "${key.name}"`)
        records.put(idOf(key), { ...record, tags })
      }),
    forget: (key, { changedBefore, afterAge = 0, limit }) =>
      answer(() => {
        const pipeline = idOf(key)
        const { state } = records.get(pipeline) ?? {}
        const needed = new Set([
          ...Object.keys(state?.executions ?? {}),
          ...Object.values(state?.latestActions ?? {}).map(({ executionId }) => executionId),
        ])
        const oldest = executions
          .values()
          .filter((row) => row.pipeline === pipeline && row.value.age > afterAge)
          .map(({ value }) => value)
          .toSorted((a, b) => a.age - b.age)
          .slice(0, limit)
        const gone = oldest.filter(({ id, updatedAt }) => updatedAt < changedBefore && !needed.has(id))
        for (const { id } of gone) {
          executions.remove(`${pipeline}/${id}`)
          for (const table of [actions, rules] as readonly Table<
            string,
            Numbered<{ readonly executionId: string }>
          >[]) {
            for (const [run, { value }] of table.entries()) if (value.executionId === id) table.remove(run)
          }
        }
        const last = oldest.length < limit ? undefined : oldest.at(-1)
        return { executions: gone.length, afterAge: last && last.startedAt < changedBefore ? last.age : undefined }
      }),
    removeDeleted: () => answer(() => 0),
    delete: (key) =>
      answer(() => {
        const pipeline = idOf(key)
        for (const table of [executions, actions, rules] as readonly Table<string, { readonly pipeline: string }>[])
          for (const [id, row] of table.entries()) if (row.pipeline === pipeline) table.remove(id)
        for (const [id] of declarations.entries()) if (id.startsWith(`${pipeline}/`)) declarations.remove(id)
        return records.remove(pipeline)
      }),
  }
}

const copy = <Value>(value: Value): Value =>
  value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value)

/** Safe for any name, `__proto__` included. */
const mapValues = <Value, Mapped>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value) => Mapped,
): Readonly<Record<string, Mapped>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
