import type { ActionDeclaration, PipelineDeclaration } from '@aws-sdk/client-codepipeline'

/** What the definition would look like. */
export function Preview({ declaration }: { declaration: PipelineDeclaration }) {
  const { name, stages = [] } = declaration
  return (
    <ol className="preview" aria-label={`The stages of ${name ?? 'the pipeline'}`}>
      {stages.map((stage, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- while a name is typed, its place is all that a stage has
        <li key={index}>
          <b>{stage.name}</b>
          {byRunOrder(stage.actions ?? []).map(([order, names]) => (
            <div key={order} className="preview-row">
              {names.map((action) => (
                <span key={action} className="preview-action">
                  {action}
                </span>
              ))}
            </div>
          ))}
        </li>
      ))}
    </ol>
  )
}

const byRunOrder = (actions: readonly ActionDeclaration[]): readonly (readonly [number, readonly string[]])[] =>
  [...Map.groupBy(actions, ({ runOrder }) => runOrder ?? 1)]
    .toSorted(([one], [other]) => one - other)
    .map(([order, members]) => [order, members.map(({ name }) => name ?? '')])
