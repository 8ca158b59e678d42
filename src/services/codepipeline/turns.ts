/**
 * Runs works of the same name one after another, in order of arrival: for changes that read a state, think, and write. The
 * store would refuse the loser of such a race; taking turns spares the caller an error that is not his.
 */
export function inTurn<Result>(owner: object, name: string, work: () => Promise<Result>): Promise<Result> {
  const tails = queues.get(owner) ?? new Map<string, Promise<unknown>>()
  queues.set(owner, tails)
  const result = (tails.get(name) ?? Promise.resolve()).then(work)
  const tail = result
    .catch(() => undefined)
    .finally(() => {
      if (tails.get(name) === tail) tails.delete(name)
    })
  tails.set(name, tail)
  return result
}

const queues = new WeakMap<object, Map<string, Promise<unknown>>>()
