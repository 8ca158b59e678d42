/** The commits that lie between two revisions, whichever is the newer; along first parents. */

export interface Commit {
  readonly id: string
  readonly message: string
  readonly author: string
  readonly parent: string | undefined
}

export interface Apart {
  /** what the second has and the first has not, newest first */
  readonly added: readonly Commit[]
  /** what the first has and the second has not */
  readonly removed: readonly Commit[]
  /** the commit that both come from was found */
  readonly isComplete: boolean
}

const MOST = 50

/** Walks down from both at once: how far apart they are is what it costs, not how long the history is. */
export async function commitsApart(
  read: (id: string) => Promise<Commit>,
  a: string,
  b: string,
  most = MOST,
): Promise<Apart> {
  const [left, right] = [walk(a), walk(b)]
  for (let step = 0; step <= most; step += 1) {
    const common = left.seen.find(isIn(right.seen))
    if (common !== undefined) return apart(left.read, right.read, common)
    if (left.next === undefined && right.next === undefined) break
    await Promise.all([advance(left), advance(right)])
  }
  return { ...apart(left.read, right.read, undefined), isComplete: false }

  async function advance(way: Way): Promise<void> {
    if (way.next === undefined) return
    const commit = await read(way.next)
    way.read.push(commit)
    way.next = commit.parent
    if (commit.parent !== undefined) way.seen.push(commit.parent)
  }
}

interface Way {
  next: string | undefined
  readonly read: Commit[]
  /** ids on the way, those that are not read yet included */
  readonly seen: string[]
}

const walk = (id: string): Way => ({ next: id, read: [], seen: [id] })

const isIn = (ids: readonly string[]) => (id: string) => ids.includes(id)

function apart(left: readonly Commit[], right: readonly Commit[], common: string | undefined): Apart {
  const until = (commits: readonly Commit[]): readonly Commit[] => {
    const end = commits.findIndex(({ id }) => id === common)
    return end < 0 ? commits : commits.slice(0, end)
  }
  return { removed: until(left), added: until(right), isComplete: true }
}
