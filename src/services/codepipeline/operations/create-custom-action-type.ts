import {
  CreateCustomActionType$,
  type CreateCustomActionTypeCommandInput,
  type CreateCustomActionTypeCommandOutput,
} from '@aws-sdk/client-codepipeline'
import {
  customActionTypeProblems,
  sameDefinition,
  toActionType,
  type CustomActionType,
} from '../../../core/pipeline/custom-action-type.ts'
import { ServiceError } from '../../../wire/wire.ts'
import { actionTypeView, customTypeKey, customTypeName, listCustomTypes, type CustomType } from '../action-types.ts'
import { actionTypeArn } from '../arns.ts'
import { define } from '../define.ts'
import { limitsOf } from '../dependencies.ts'
import { limitExceeded, validation } from '../errors.ts'
import { addTags, tagList } from '../tags.ts'

/** The identical definition again succeeds, and brings a deleted type back; a different one needs another version (`spec` 6.1). */
export const createCustomActionType = define<CreateCustomActionTypeCommandInput, CreateCustomActionTypeCommandOutput>(
  CreateCustomActionType$,
  (input, call) => actionTypeArn(call, { ...input, owner: 'Custom' }),
  async (dependencies, input, call) => {
    // The shape check has seen to it that the required members are there.
    const { tags: given, ...definition } = input as CreateCustomActionTypeCommandInput & CustomActionType
    const [problem] = customActionTypeProblems(definition)
    if (problem !== undefined) throw validation(problem)
    const type = toActionType(definition)
    const tags = addTags({}, given, actionTypeArn(call, type))
    const name = customTypeName(type)
    const key = customTypeKey(call, name)
    const { customActionTypesPerRegion: limit } = limitsOf(dependencies)
    await dependencies.store.write(async ({ resources }) => {
      const existing = await listCustomTypes(resources, call)
      const same = existing.find((record) => record.name === name)?.document
      if (same !== undefined && !sameDefinition(same.definition, definition)) {
        throw new ServiceError(
          'ActionTypeAlreadyExistsException',
          `Action type '${name}' already exists with another definition; choose a new version`,
        )
      }
      if (same !== undefined && !same.deleted) return
      if (existing.filter(({ document }) => !document.deleted).length >= limit) {
        throw limitExceeded('custom action types', limit)
      }
      await resources.put(key, { definition, tags, deleted: false } satisfies CustomType)
    })
    return {
      actionType: actionTypeView(type),
      ...(Object.keys(tags).length > 0 && { tags: tagList(tags) }),
    }
  },
)
