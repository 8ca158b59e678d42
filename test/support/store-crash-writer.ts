/** Writes to the store named on the command line until somebody kills it, and says on standard output what was acknowledged. */
import { writeSync } from 'node:fs'
import { openSqliteStore } from '../../src/store/store.ts'

const [file = ''] = process.argv.slice(2)
const store = await openSqliteStore({ file })
const key = { account: '1', region: 'r', service: 's', type: 't' }

/** One unit touches several tables: after a crash all of it or nothing must be there. */
const writeOne = async (): Promise<void> => {
  const number = await store.write(async (tx) => {
    const number = await tx.resources.nextNumber({ ...key, name: 'numbers' })
    await tx.resources.put({ ...key, name: `left ${number}` }, number, { parent: 'left', ordinal: number })
    await tx.outbox.add([{ type: 'CancelTimeout', actionExecutionId: `${number}` }])
    await new Promise((resolve) => setImmediate(resolve))
    await tx.resources.put({ ...key, name: `right ${number}` }, number, { parent: 'right', ordinal: number })
    return number
  })
  writeSync(1, `${number}\n`)
}

const writer = async (): Promise<never> => {
  for (;;) await writeOne()
}

await Promise.all(Array.from({ length: 8 }, writer))
