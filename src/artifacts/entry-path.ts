import { ArchiveRefused } from './errors.ts'

const MAX_DEPTH = 100
const MAX_NAME_BYTES = 255

/**
 * The path an entry will have below the target folder: relative, forward slashes, no empty, `.` or `..` parts.
 * @throws ArchiveRefused when its name could lead anywhere else, on any operating system
 */
export function safeEntryPath(name: string): string {
  const refuse = (reason: string): never => {
    throw new ArchiveRefused(`entry ${JSON.stringify(name)}: ${reason}`)
  }
  if (name.includes('\0')) refuse('its name contains a NUL')
  if (name.includes('\\')) refuse('its name contains a backslash')
  if (name.startsWith('/')) refuse('its path is absolute')
  if (/^[A-Za-z]:/.test(name)) refuse('its path names a drive')
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) refuse('its path leaves the folder')
  if (parts.length === 0) refuse('its name is empty')
  if (parts.length > MAX_DEPTH) refuse(`it lies more than ${MAX_DEPTH} folders deep`)
  if (parts.some((part) => Buffer.byteLength(part) > MAX_NAME_BYTES))
    refuse(`a name is longer than ${MAX_NAME_BYTES} bytes`)
  return parts.join('/')
}

/** The folders above a path, nearest first. */
export function* foldersAbove(path: string): Generator<string> {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
    yield path.slice(0, slash)
}
