/**
 * Fills a pipeline's history through the store's own door, without the engine: copies of an execution that really ran, with ids,
 * ages and times of their own. A million through the API would take an hour.
 */
import { newId } from '../src/base/ids.ts'
import type { ActionExecution, PipelineExecution, PipelineKey, PipelineState } from '../src/core/execution/execution.ts'
import type { PipelineRecord, Store } from '../src/store/store.ts'

/** Executions a unit of work: few enough to be in the state of the pipeline at once. */
const A_UNIT = 200

/** The pipeline must have run once, and nobody else may save it meanwhile. */
export async function fillHistory(store: Store, key: PipelineKey, count: number): Promise<void> {
  const [template] = await store.read.pipelines.executions(key, { limit: 1 })
  const found = await store.read.pipelines.load(key)
  if (template === undefined || found === undefined) throw new Error(`${key.name} has no execution to copy`)
  const { executions: kept } = found.state
  const save = (record: PipelineRecord, state: PipelineState): Promise<PipelineRecord> =>
    store.write((tx) => tx.pipelines.save(record, state))

  let record = found
  for (let left = count; left > 0; left -= A_UNIT) {
    const { state } = record
    const ages = Array.from({ length: Math.min(left, A_UNIT) }, (_, index) => state.nextAge + index)
    const copies = Object.fromEntries(ages.map((age) => copyOf(template, age)).map((copy) => [copy.id, copy]))
    record = await save(record, {
      ...state,
      executions: { ...kept, ...copies },
      nextAge: state.nextAge + ages.length,
    })
  }
  await save(record, { ...record.state, executions: kept })
}

function copyOf(template: PipelineExecution, age: number): PipelineExecution {
  const id = newId()
  const copyRun = (run: ActionExecution): ActionExecution => ({ ...run, id: newId(), executionId: id })
  return {
    ...template,
    id,
    age,
    stages: mapValues(template.stages, (stage) => ({ ...stage, actions: mapValues(stage.actions, copyRun) })),
  }
}

const mapValues = <Value, Mapped>(record: Readonly<Record<string, Value>>, map: (value: Value) => Mapped) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
