import type { ActionDeclaration } from '@aws-sdk/client-codepipeline'
import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import Select, { type SelectProps } from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Textarea from '@cloudscape-design/components/textarea'
import { useQuery } from '@tanstack/react-query'
import { ACTION_TYPES, actionTypeKey, type ConfigurationProperty } from '../../../core/catalog/action-types.ts'
import type { ActionTypeId } from '../../../core/pipeline/declaration.ts'
import { actionTypes } from '../../api/queries.ts'
import type { Path } from './definition.ts'
import type { Definition } from './use-definition.ts'

/** One action: its type, its place in the stage, its settings by the catalog, and what goes in and out. */
export function ActionForm({
  path,
  action,
  edit,
}: {
  path: Path
  action: ActionDeclaration
  edit: Definition['edit']
}) {
  const change = (member: string, value: unknown): void => edit([...path, member], value)
  const configuration = action.configuration ?? {}
  const type = ACTION_TYPES.find(
    (known) => known.provider === action.actionTypeId?.provider && known.category === action.actionTypeId.category,
  )
  const properties = type?.configuration ?? Object.keys(configuration).map(unknownProperty)
  const name = action.name ?? ''
  return (
    <SpaceBetween size="s">
      <div className="form-row">
        <FormField label="Name">
          <Input value={name} onChange={({ detail }) => change('name', detail.value)} />
        </FormField>
        <TypeField action={action} onChange={(id) => change('actionTypeId', id)} />
        <FormField label="Run order">
          <Input
            type="number"
            value={String(action.runOrder ?? 1)}
            onChange={({ detail }) => change('runOrder', Number(detail.value))}
          />
        </FormField>
        <FormField label="Variable namespace">
          <Input
            value={action.namespace ?? ''}
            onChange={({ detail }) => change('namespace', detail.value || undefined)}
          />
        </FormField>
      </div>
      {properties.map((property) => (
        <FormField
          key={property.name}
          label={property.name}
          description={property.description}
          errorText={property.required && !configuration[property.name] ? 'Needed' : undefined}
        >
          <Input
            value={configuration[property.name] ?? ''}
            type={property.secret ? 'password' : 'text'}
            placeholder={property.values?.join(', ') ?? ''}
            onChange={({ detail }) =>
              action.configuration === undefined
                ? change('configuration', { [property.name]: detail.value })
                : edit([...path, 'configuration', property.name], detail.value === '' ? undefined : detail.value)
            }
          />
        </FormField>
      ))}
      {type?.accepts.includes('commands') === true && (
        <FormField label="Commands" description="One a line; they run in one shell.">
          <Textarea
            value={(action.commands ?? []).join('\n')}
            rows={4}
            onChange={({ detail }) => change('commands', detail.value.split('\n'))}
          />
        </FormField>
      )}
      <div className="form-row">
        <Artifacts
          label="Input artifacts"
          artifacts={action.inputArtifacts}
          onChange={(value) => change('inputArtifacts', value)}
        />
        <Artifacts
          label="Output artifacts"
          artifacts={action.outputArtifacts}
          onChange={(value) => change('outputArtifacts', value)}
        />
      </div>
      <Button iconName="remove" ariaLabel={`Remove the action ${name}`} onClick={() => edit(path, undefined)}>
        Remove
      </Button>
    </SpaceBetween>
  )
}

const unknownProperty = (name: string): ConfigurationProperty => ({
  name,
  required: false,
  key: false,
  secret: false,
  queryable: false,
  type: 'String',
})

/** Ours from the catalog, custom ones as they are registered. */
function TypeField({ action, onChange }: { action: ActionDeclaration; onChange: (id: ActionTypeId) => void }) {
  const { data: registered = [] } = useQuery(actionTypes())
  const ids = registered.flatMap(({ id }) => (id === undefined ? [] : [id as ActionTypeId]))
  const groups = Map.groupBy(ids, ({ category }) => category)
  const options: SelectProps.Options = [...groups].map(([label, members]) => ({
    label,
    options: members.map((id) => ({ value: actionTypeKey(id), label: id.provider, description: id.owner })),
  }))
  const current = action.actionTypeId as ActionTypeId | undefined
  return (
    <FormField label="Type">
      <Select
        filteringType="auto"
        selectedOption={current === undefined ? null : { value: actionTypeKey(current), label: current.provider }}
        options={options}
        onChange={({ detail }) => {
          const chosen = ids.find((id) => actionTypeKey(id) === detail.selectedOption.value)
          if (chosen !== undefined) onChange(chosen)
        }}
      />
    </FormField>
  )
}

function Artifacts(props: {
  label: string
  artifacts: readonly { name: string | undefined }[] | undefined
  onChange: (artifacts: readonly { name: string }[] | undefined) => void
}) {
  const { label, artifacts = [], onChange } = props
  return (
    <FormField label={label} constraintText="Names, separated by commas">
      <Input
        value={artifacts.map(({ name }) => name ?? '').join(', ')}
        onChange={({ detail }) => {
          const names = detail.value.split(',').map((name) => name.trim())
          onChange(detail.value.trim() === '' ? undefined : names.map((name, index) => ({ ...artifacts[index], name })))
        }}
      />
    </FormField>
  )
}
