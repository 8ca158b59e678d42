// My own action in ten lines: counts the words of what it is given and passes the count on.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { JobFailure, work } from 'pipewright/worker'

await work({
  actionType: { category: 'Test', provider: 'WordCount' },
  async handle(job) {
    const folder = await job.input()
    const texts = (await readdir(folder)).filter((name) => name.endsWith(job.configuration['Ending'] ?? ''))
    if (texts.length === 0) throw new JobFailure('There is nothing to count.', { type: 'ConfigurationError' })
    const words = await Promise.all(
      texts.map(async (name) => (await readFile(join(folder, name), 'utf8')).split(/\s+/)),
    )
    const count = words.flat().filter((word) => word !== '').length
    return { summary: `${count} words`, outputVariables: { Words: String(count) } }
  },
})
