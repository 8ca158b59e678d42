import Button from '@cloudscape-design/components/button'
import Icon from '@cloudscape-design/components/icon'
import Spinner from '@cloudscape-design/components/spinner'
import { useQuery } from '@tanstack/react-query'
import { fileText, folder } from '../../api/repositories.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'

interface FilesProps {
  readonly name: string
  /** branch or commit */
  readonly at: string
  /** empty: the root */
  readonly path: string
  readonly onOpen: (path: string) => void
}

/** A folder's list beside the file that is open. */
export function Files({ name, at, path, onOpen }: FilesProps) {
  const opened = useQuery({ ...folder(name, at, path === '' ? '/' : path), retry: false })
  const isFile = opened.error?.name === 'FolderDoesNotExistException'
  const parent = path.split('/').slice(0, -1).join('/')
  const beside = useQuery({ ...folder(name, at, parent === '' ? '/' : parent), enabled: isFile })
  const listed = isFile ? beside : opened
  const shown = isFile ? parent : path
  if (listed.error !== null) return <ErrorPanel error={listed.error} />
  if (listed.data === undefined) return <Spinner />
  const { subFolders = [], files = [] } = listed.data
  return (
    <div className="files">
      <nav aria-label="Files">
        <ul className="plain-list">
          {shown !== '' && (
            <li>
              <Button variant="inline-link" onClick={() => onOpen(shown.split('/').slice(0, -1).join('/'))}>
                ../
              </Button>
            </li>
          )}
          {subFolders.map(({ absolutePath = '', relativePath = '' }) => (
            <li key={absolutePath}>
              <Icon name="folder" />{' '}
              <Button variant="inline-link" onClick={() => onOpen(absolutePath)}>
                {relativePath}/
              </Button>
            </li>
          ))}
          {files.map(({ absolutePath = '', relativePath = '' }) => (
            <li key={absolutePath} aria-current={absolutePath === path ? 'true' : undefined}>
              <Icon name="file" />{' '}
              <Button variant="inline-link" onClick={() => onOpen(absolutePath)}>
                {relativePath}
              </Button>
            </li>
          ))}
        </ul>
      </nav>
      {isFile && <FileView name={name} at={at} path={path} />}
    </div>
  )
}

/** Whatever is in the file is shown as text, and only ever as text. */
function FileView({ name, at, path }: { name: string; at: string; path: string }) {
  const { data, error } = useQuery(fileText(name, at, path))
  if (error !== null) return <ErrorPanel error={error} />
  if (data === undefined) return <Spinner />
  const { text, size, cut } = data
  return (
    <article aria-label={path} className="file">
      <h2 className="file-name">
        {path} <span className="quiet">{size} bytes</span>
      </h2>
      {text === undefined ? (
        <p>It is no text.</p>
      ) : (
        <ol className="file-lines">
          {text
            .replace(/\n$/, '')
            .split('\n')
            .map((line, index) => (
              // a line's number is what it is
              // oxlint-disable-next-line react/no-array-index-key
              <li key={index}>
                <code>{line}</code>
              </li>
            ))}
        </ol>
      )}
      {cut && <p className="quiet">The rest is not shown.</p>}
    </article>
  )
}
