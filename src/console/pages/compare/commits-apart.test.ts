import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { commitsApart, type Commit } from './commits-apart.ts'

/** root <- c1 <- c2 <- … <- c9, and x1 <- x2 branching off c3 */
const history = new Map<string, string | undefined>([
  ['root', undefined],
  ...Array.from({ length: 9 }, (_, index) => [`c${index + 1}`, index === 0 ? 'root' : `c${index}`] as const),
  ['x1', 'c3'],
  ['x2', 'x1'],
  ['alone', undefined],
])

async function told(a: string, b: string, most?: number) {
  const asked: string[] = []
  const read = async (id: string): Promise<Commit> => {
    asked.push(id)
    return { id, message: '', author: '', parent: history.get(id) }
  }
  const { added, removed, isComplete } = await commitsApart(read, a, b, most)
  const names = (commits: readonly Commit[]) => commits.map(({ id }) => id).join(' ')
  return { added: names(added), removed: names(removed), isComplete, asked: asked.length }
}

describe('the commits between two revisions', () => {
  for (const [a, b, added, removed] of [
    ['c5', 'c8', 'c8 c7 c6', ''],
    ['c8', 'c5', '', 'c8 c7 c6'],
    ['c5', 'x2', 'x2 x1', 'c5 c4'],
    ['c5', 'c5', '', ''],
    ['root', 'c2', 'c2 c1', ''],
  ] as const) {
    it(`from ${a} to ${b} are ${added || 'none'}, without ${removed || 'none'}`, async () => {
      const found = await told(a, b)
      assert.deepEqual([found.added, found.removed, found.isComplete], [added, removed, true])
    })
  }
  it('cost what they are apart, not what history is long', async () => assert.ok((await told('c8', 'c9')).asked <= 4))
  it('are as many as may be when nothing is common', async () => {
    assert.equal((await told('alone', 'c9')).isComplete, false)
    assert.equal((await told('root', 'c9', 3)).isComplete, false)
  })
})
