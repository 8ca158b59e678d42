import {
  DeleteCustomActionType$,
  type DeleteCustomActionTypeCommandInput,
  type DeleteCustomActionTypeCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { customTypeKey, customTypeName, queueOf, type CustomType } from '../action-types.ts'
import { actionTypeArn } from '../arns.ts'
import { define } from '../define.ts'
import { documentOf } from '../jobs.ts'

/** Marks the type deleted. Nobody will ever take its waiting jobs, so their actions fail now. A missing type is no error. */
export const deleteCustomActionType = define<DeleteCustomActionTypeCommandInput, DeleteCustomActionTypeCommandOutput>(
  DeleteCustomActionType$,
  (input, call) => actionTypeArn(call, { ...input, owner: 'Custom' }),
  async ({ store, engine, jobs }, { category = 'Build', provider = '', version = '' }, call) => {
    const id = { category, provider, version }
    const key = customTypeKey(call, customTypeName(id))
    const existed = await store.write(async ({ resources }) => {
      const record = await resources.get<CustomType>(key)
      if (record === undefined || record.document.deleted) return false
      await resources.put(key, { ...record.document, deleted: true } satisfies CustomType)
      return true
    })
    if (!existed) return {}
    for (const job of await store.read.jobs.open(queueOf(call, id))) {
      if (job.status === 'InProgress') continue
      const { order } = documentOf(job)
      const message = `The action type '${key.name}' was deleted before a job worker took the action's job.`
      await engine.send(
        order.pipeline,
        {
          type: 'ActionFailed',
          executionId: order.executionId,
          actionExecutionId: order.action.id,
          error: { code: 'ConfigurationError', message },
        },
        async (tx) => void (await jobs.endIn(tx, job.id, 'Failed')),
      )
    }
    return {}
  },
)
