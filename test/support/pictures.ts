/** For tests: the picture of the orchestrator's state, by way of what the API would answer. */
import type { PipelineExecutionSummary } from '@aws-sdk/client-codepipeline'
import { noCustomTypes } from '../../src/core/catalog/action-types.ts'
import type { Command } from '../../src/core/execution/execution.ts'
import type { PipelineDeclaration } from '../../src/core/pipeline/declaration.ts'
import { actionExecutionDetail } from '../../src/services/codepipeline/views/action-executions.ts'
import { ruleExecutionDetail } from '../../src/services/codepipeline/views/conditions.ts'
import { executionSummary } from '../../src/services/codepipeline/views/executions.ts'
import { stageStates } from '../../src/services/codepipeline/views/pipeline-state.ts'
import type { World } from '../scenarios/core/harness.ts'
import type { BusEvent } from '../../src/console/graph/apply-event.ts'
import { declaredOf, type DeclaredPipeline } from '../../src/console/graph/declared.ts'
import { actionsOf, type Picture, type Token } from '../../src/console/graph/model.ts'
import { pictureNow, type Answers } from '../../src/console/graph/picture.ts'

export const declared = (declaration: PipelineDeclaration): DeclaredPipeline =>
  declaredOf(structuredClone(declaration) as never)

export function answersOf(w: World, started: readonly string[]): Answers {
  const rollbacks = w.executionsOf('ROLLBACK').map(({ id }) => id)
  const ids = [...new Set([...started, ...rollbacks])]
  const all = ids.map((id) => w.execution(id)).toSorted((a, b) => b.age - a.age)
  return {
    stageStates: stageStates(w.state, noCustomTypes),
    executions: all.map((execution): PipelineExecutionSummary => executionSummary(execution)),
    actionExecutions: [...w.runs.values()].toReversed().map((run) => actionExecutionDetail(run, noCustomTypes)),
    ruleExecutions: [...w.ruleRuns.values()].toReversed().map(ruleExecutionDetail),
  }
}

export const pictureOf = (w: World, started: readonly string[]): Picture =>
  pictureNow(declared(w.state.declaration), answersOf(w, started))

export const busEvents = (commands: readonly Command[]): readonly BusEvent[] =>
  commands.flatMap((command) => (command.type === 'PublishEvent' ? [command.event] : []))

/** What two pictures of the same moment must agree on, one line a box. */
export function summaryOf({ stages, tokens }: Picture): readonly string[] {
  return [
    ...stages.flatMap((stage) => [
      `${stage.name}: ${stage.look} ${stage.executionId ?? ''} ${stage.door.isOpen ? 'open' : `closed ${stage.door.reason ?? ''}`}`,
      ...stage.gates.map(({ key, look }) => `  ${key}: ${look}`),
      ...actionsOf(stage).map(
        ({ name, look, isEarlier, run }) => `  ${name}: ${look}${isEarlier ? ' earlier' : ''} ${run?.id ?? ''}`,
      ),
    ]),
    ...tokensOf({ tokens }),
  ]
}

export const tokensOf = ({ tokens }: Pick<Picture, 'tokens'>): readonly string[] =>
  tokens.toSorted((a, b) => a.id.localeCompare(b.id)).map(tokenLine)

const tokenLine = ({ id, look, place }: Token): string =>
  `${id}: ${look} ${place.at} ${place.stage ?? ''}${place.at === 'waiting' ? ` #${place.position}` : ''}`
