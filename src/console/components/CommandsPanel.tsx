import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import HelpPanel from '@cloudscape-design/components/help-panel'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { region } from '../api/region.ts'
import { Copyable } from '../ui/Mono.tsx'
import { useCurrentPage } from './page.ts'

/** The same as this page, for a terminal: every page of the console is a few calls of the public API. */
export default function CommandsPanel() {
  const { title, commands } = useCurrentPage()
  const environment = `export AWS_ENDPOINT_URL=${globalThis.location.origin} AWS_REGION=${region()}`
  return (
    <HelpPanel header={<h2>As commands</h2>}>
      <SpaceBetween size="l">
        <Group title="Where to" commands={[environment]} />
        {commands?.aws !== undefined && <Group title="AWS CLI" commands={commands.aws} />}
        {commands?.pipewright !== undefined && <Group title="Pipewright" commands={commands.pipewright} />}
        {commands?.json !== undefined && (
          <Button iconName="download" onClick={() => download(title, commands.json?.())}>
            Export as JSON
          </Button>
        )}
      </SpaceBetween>
    </HelpPanel>
  )
}

function Group({ title, commands }: { title: string; commands: readonly string[] }) {
  return (
    <div>
      <Box variant="h3">{title}</Box>
      {commands.map((command) => (
        <Box key={command} variant="code" display="block" padding={{ vertical: 'xs' }}>
          <Copyable text={command} name={`the command of ${title}`} />
        </Box>
      ))}
    </div>
  )
}

function download(title: string, content: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(content, undefined, 2)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${title.replaceAll(/[^\w.-]+/g, '-')}.json`
  link.click()
  URL.revokeObjectURL(url)
}
