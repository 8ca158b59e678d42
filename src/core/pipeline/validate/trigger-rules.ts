import { QUOTAS } from '../../catalog/quotas.ts'
import { utf8Length } from '../../variables/size.ts'
import type { DraftTrigger } from '../draft.ts'
import type { Problem } from '../problem.ts'
import { invalidStructure } from './pipeline-rules.ts'
import { repeated, type Scene } from './scene.ts'

const CONNECTION = ['CodeStarSourceConnection']

/** Rules P-17 to P-19. */
export function triggerProblems(scene: Scene): readonly Problem[] {
  const triggers = scene.draft.triggers?.items ?? []
  return [
    ...triggers.flatMap((trigger) => sourceAction(scene, trigger)),
    ...repeated(triggers, ({ sourceActionName }) => sourceActionName).map(({ sourceActionName, path }) =>
      invalidStructure('P-18', `Only one trigger can be specified for source action ${sourceActionName}`, path),
    ),
    ...triggers.flatMap(repeatedEvents),
    ...size(scene, triggers),
  ]
}

function sourceAction({ draft, isOpaque, context, complete }: Scene, trigger: DraftTrigger): readonly Problem[] {
  const { sourceActionName, path } = trigger
  const providers = context.triggerProviders ?? CONNECTION
  const found = draft.stages.items[0]?.actions.items.some(
    ({ name, type }) =>
      (name === sourceActionName || isOpaque(name)) && (providers.includes(type.provider) || isOpaque(type.provider)),
  )
  if (found === true || isOpaque(sourceActionName) || !complete(0)) return []
  const message = `Trigger source action ${sourceActionName} was not found or does not support triggers`
  return [invalidStructure('P-17', message, [...path, 'gitConfiguration', 'sourceActionName'])]
}

const repeatedEvents = ({ pullRequest, path }: DraftTrigger): readonly Problem[] =>
  pullRequest.items.flatMap(({ events }, index) => {
    const named = Array.isArray(events) ? events.filter((event) => typeof event === 'string') : []
    return repeated(named, (event) => event).map((event) =>
      invalidStructure('P-19', `Pull request events must be unique. ${event} has been used more than once.`, [
        ...path,
        'gitConfiguration',
        'pullRequest',
        index,
        'events',
      ]),
    )
  })

function size({ draft }: Scene, triggers: readonly DraftTrigger[]): readonly Problem[] {
  const bytes = utf8Length(JSON.stringify(triggers.map(({ raw }) => raw)))
  if (bytes <= QUOTAS.triggersBytes) return []
  const message = `Triggers have ${bytes} bytes. There should be a maximum of ${QUOTAS.triggersBytes} bytes of triggers in a pipeline`
  return [invalidStructure('P-19', message, [...draft.path, 'triggers'])]
}
