import { UnsafeGitName } from './errors.ts'

export const ZERO_ID = '0'.repeat(40)

/** SHA-1 object ids; SHA-256 repositories are not made here. */
export const isObjectId = (text: string): boolean => /^[0-9a-f]{40}$/.test(text)

export const isSafeRepositoryId = (id: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/.test(id)

/**
 * Whether this may be a branch, a tag, or a full ref (`refs/heads/main`). As strict as git itself (git-check-ref-format), and beyond it:
 * no part starts with a dash (it could be read as an option), no invisible or direction-changing characters (they make two names look
 * alike), nothing that hides in a shell: names end up in build environments, and builds are written by hand.
 */
export function isSafeRefName(name: string): boolean {
  return (
    Buffer.byteLength(name) <= 255 &&
    name.isWellFormed() &&
    !UNSAFE_CHARACTERS.test(name) &&
    !/\.\.|@\{|^@$|\/\/|^HEAD$/.test(name) &&
    name.split('/').every((part) => part !== '' && !/^[.-]|\.lock$|\.$/.test(part))
  )
}

// git's own: space, control, ~ ^ : ? * [ \ ; ours: shell metacharacters, and every kind of invisible or foreign white space
const UNSAFE_CHARACTERS = /[\s~^:?*[\]\\$`;|&<>"'\p{Cc}\p{Cf}\p{Co}\p{Z}]/u

/** Whether a file of this path may be put into a tree: relative, and nothing that git or a checkout would take for its own. */
export function isSafeTreePath(path: string): boolean {
  return (
    Buffer.byteLength(path) <= 4096 &&
    path.isWellFormed() &&
    !/[\0\\]/.test(path) &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !isDotGit(part))
  )
}

/** `.git` as the file systems of Windows (short names, trailing dots and streams) and macOS (ignored characters) know it. */
function isDotGit(part: string): boolean {
  const plain = part
    .replaceAll(/\p{Cf}/gu, '')
    .toLowerCase()
    .replace(/:.*$/s, '')
    .replace(/[ .]+$/, '')
  return plain === '.git' || plain === 'git~1'
}

export function requireRef(name: string): string {
  if (!isSafeRefName(name)) throw new UnsafeGitName(`${JSON.stringify(name)} is not a usable branch or tag name`)
  return name
}

export function requireTreePath(path: string): string {
  if (!isSafeTreePath(path)) throw new UnsafeGitName(`${JSON.stringify(path)} is not a usable file path`)
  return path
}
