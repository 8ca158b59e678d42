import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative } from 'node:path'

const SYSTEM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/opt', '/nix', '/gnu', '/snap']

/** What programs need out of /etc. Not: passwords, keys, service configuration. */
const SYSTEM_SETTINGS = `
  passwd group hosts host.conf resolv.conf nsswitch.conf protocols services localtime timezone
  ssl/certs ssl/openssl.cnf pki ca-certificates ca-certificates.conf crypto-policies mime.types
  ld.so.cache ld.so.conf ld.so.conf.d alternatives locale.alias fonts gai.conf os-release
  debian_version java maven python3 perl php ruby terminfo magic profile bash.bashrc
`
  .trim()
  .split(/\s+/)
  .map((name) => `/etc/${name}`)

/** bwrap options that show the system's programs read-only, and none of `hidden`. */
export function systemMounts(hidden: readonly string[]): readonly string[] {
  const shown = [...SYSTEM_FOLDERS, ...SYSTEM_SETTINGS].filter((path) => existsSync(path))
  return [...shown.flatMap(mount), ...hiding(shown, hidden)]
}

/** `/bin -> usr/bin` stays a link; a setting that is a link elsewhere (`/etc/resolv.conf`) is shown as what it points to. */
function mount(path: string): readonly string[] {
  if (dirname(path) === '/' && lstatSync(path).isSymbolicLink()) return ['--symlink', readlinkSync(path), path]
  return ['--ro-bind', realpathSync(path), path]
}

/** Folders next to a `bin` (or pyenv's `shims`) that its programs need; not `share` or `etc`, where private things may be. */
const BESIDE_PROGRAMS = ['bin', 'lib', 'lib64', 'libexec', 'include', 'versions', 'version']

/**
 * Version managers (nvm, pyenv, rustup…) keep tools in a person's home. Whoever starts Pipewright with such a folder on the PATH
 * wants builds to have those tools: they are shown read-only, the rest of the home is not.
 */
export function toolMounts(path: string, hidden: readonly string[]): readonly string[] {
  const folders = path
    .split(':')
    .filter((folder) => isAbsolute(folder) && !SYSTEM_FOLDERS.some((system) => isWithin(system, folder)))
  const shown = folders
    .flatMap((folder) => [folder, ...BESIDE_PROGRAMS.map((name) => join(dirname(folder), name))])
    .filter((folder) => existsSync(folder) && !hidden.some((secret) => isWithin(secret, folder)))
  const unique = [...new Set(shown)]
  return [...unique.flatMap((folder) => ['--ro-bind', folder, folder]), ...hiding(unique, hidden)]
}

/** An empty folder in the place of each hidden one that would show. */
const hiding = (shown: readonly string[], hidden: readonly string[]): readonly string[] =>
  hidden.flatMap((path) =>
    existsSync(path) && shown.some((folder) => isWithin(folder, path)) ? ['--tmpfs', path] : [],
  )

const isWithin = (folder: string, path: string): boolean => {
  const rest = relative(folder, path)
  return rest === '' || (!rest.startsWith('..') && !isAbsolute(rest))
}
