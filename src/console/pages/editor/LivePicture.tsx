import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import { useMemo } from 'react'
import { declaredOf, type DeclaredPipeline } from '../../graph/declared.ts'
import { pictureNow } from '../../graph/picture.ts'
import { PipelineGraph } from '../../graph/PipelineGraph.tsx'

/** The same picture as on the pipeline's page, of what is being written: nothing has run in it yet. */
export default function LivePicture({ declaration }: { declaration: PipelineDeclaration }) {
  const picture = useMemo(() => pictureNow(withDistinctNames(declaredOf(declaration)), NOTHING_RAN), [declaration])
  return <PipelineGraph picture={picture} onSelect={ignore} />
}

const NOTHING_RAN = { stageStates: [], executions: [], actionExecutions: [] }
const ignore = (): void => undefined

/** While it is typed a name may stand twice; the picture tells its boxes apart by their names. */
const withDistinctNames = (pipeline: DeclaredPipeline): DeclaredPipeline => ({
  ...pipeline,
  stages: distinct(pipeline.stages).map((stage) => ({ ...stage, actions: distinct(stage.actions) })),
})

function distinct<Named extends { readonly name: string }>(items: readonly Named[]): readonly Named[] {
  const seen = new Set<string>()
  return items.map((item, index) => {
    const name = item.name === '' || seen.has(item.name) ? `${item.name} (${index + 1})` : item.name
    seen.add(name)
    return { ...item, name }
  })
}
