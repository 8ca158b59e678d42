import Box from '@cloudscape-design/components/box'
import Table, { type TableProps } from '@cloudscape-design/components/table'

/** A plain list of records as a table: one look for all of them. */
export function DataTable<Item>(props: {
  label: string
  items: readonly Item[]
  columns: readonly TableProps.ColumnDefinition<Item>[]
  keyOf: (item: Item) => string
  loading?: boolean
  /** what to say when there is none */
  empty: string
  header?: TableProps['header']
  footer?: TableProps['footer']
}) {
  const { label, items, columns, keyOf, loading = false, empty, header, footer } = props
  return (
    <Table<Item>
      variant="embedded"
      items={items}
      columnDefinitions={columns}
      trackBy={keyOf}
      loading={loading}
      loadingText="Loading"
      wrapLines
      ariaLabels={{ tableLabel: label }}
      header={header}
      footer={footer}
      empty={<Box color="text-body-secondary">{empty}</Box>}
    />
  )
}
