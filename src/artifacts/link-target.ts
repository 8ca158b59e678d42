/** As many links in a row as Linux follows. */
const MAX_LINKS = 40

/**
 * Where a symbolic link leads, as the file system would follow it: through the other links of the archive, part by part.
 * Reading `a/..` as "nothing" would be wrong: when `a` is a link, its parent is somewhere else.
 * @param links path -> target, of every link in the archive
 * @returns undefined when the target is absolute, loops, or is outside the folder at any step
 */
export function resolveLink(path: string, links: ReadonlyMap<string, string>): string | undefined {
  const reached = path.split('/').slice(0, -1)
  const ahead = partsOf(links.get(path) ?? '').reverse()
  if (isAbsolute(links.get(path) ?? '')) return undefined
  let followed = 1
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    if (part === '..') {
      if (reached.pop() === undefined) return undefined
      continue
    }
    reached.push(part)
    const target = links.get(reached.join('/'))
    if (target === undefined) continue
    followed += 1
    if (followed > MAX_LINKS || isAbsolute(target)) return undefined
    reached.pop()
    ahead.push(...partsOf(target).reverse())
  }
  return reached.join('/')
}

const partsOf = (target: string): string[] => target.split('/').filter((part) => part !== '' && part !== '.')

const isAbsolute = (target: string): boolean => /^([/\\]|[A-Za-z]:)/.test(target)
