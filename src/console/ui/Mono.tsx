import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'

/** An id, a command, a path: as it is, and with a button that copies it. */
export function Copyable({ text, name, shown = text }: { text: string; name: string; shown?: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      textToDisplay={shown}
      copyButtonAriaLabel={`Copy ${name}`}
      copySuccessText="Copied"
      copyErrorText="The browser did not allow it"
    />
  )
}

/** The first eight characters of an id, as people say it; copied whole. */
export const ShortId = ({ id, name = 'id' }: { id: string; name?: string }) => (
  <Copyable text={id} name={name} shown={id.slice(0, 8)} />
)
