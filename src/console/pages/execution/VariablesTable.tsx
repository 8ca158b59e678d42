import type { PipelineExecution } from '@aws-sdk/client-codepipeline'
import type { TableProps } from '@cloudscape-design/components/table'
import { DataTable } from '../../components/DataTable.tsx'
import { Copyable } from '../../ui/Mono.tsx'
import type { ExecutionData } from './use-execution.ts'
import { variablesOf, type ShownVariable } from './variables.ts'

/** Every variable, its value, and where the value came from. */
export default function VariablesTable({ data, execution }: { data: ExecutionData; execution: PipelineExecution }) {
  const items = variablesOf(execution, data.declaration, data.runs)
  return (
    <DataTable<ShownVariable>
      label="Variables"
      items={items}
      keyOf={({ name, origin }) => `${name} ${JSON.stringify(origin)}`}
      empty="This execution has no variables."
      columns={COLUMNS}
    />
  )
}

const COLUMNS: readonly TableProps.ColumnDefinition<ShownVariable>[] = [
  { id: 'name', header: 'Variable', cell: nameCell, isRowHeader: true },
  { id: 'value', header: 'Value', cell: valueCell },
  { id: 'origin', header: 'Came from', cell: ({ origin }) => originOf(origin) },
  { id: 'users', header: 'Used by', cell: ({ usedBy }) => (usedBy.length === 0 ? '–' : usedBy.join(', ')) },
]

function nameCell({ name }: ShownVariable) {
  return <code>{name}</code>
}

function valueCell({ name, value }: ShownVariable) {
  return value === '' ? <span className="quiet">empty</span> : <Copyable text={value} name={name} />
}

function originOf(origin: ShownVariable['origin']): string {
  switch (origin.kind) {
    case 'default':
      return 'the declared default'
    case 'start':
      return origin.declaredDefault === undefined
        ? 'given at the start'
        : `given at the start, instead of “${origin.declaredDefault}”`
    case 'action':
      return `output of ${origin.stage} / ${origin.action}${origin.attempt > 1 ? `, try ${origin.attempt}` : ''}`
    default:
      return origin satisfies never
  }
}
