// Every page has one title, and every link to another page of the site leads somewhere.
import { readdirSync, readFileSync } from 'node:fs'

const pages = readdirSync('pages').filter((name) => name.endsWith('.md'))
const problems = []
for (const name of pages) {
  const text = readFileSync(`pages/${name}`, 'utf8')
  const titles = text.match(/^# /gm)?.length ?? 0
  if (titles !== 1) problems.push(`${name}: expected one title, found ${titles}`)
  for (const [, target] of text.matchAll(/\]\(([\w-]+)\.html\)/g)) {
    if (!pages.includes(`${target}.md`)) problems.push(`${name}: links to ${target}.html, which no page makes`)
  }
}
for (const problem of problems) console.error(problem)
console.log(`${pages.length} pages checked, ${problems.length} problems`)
process.exit(problems.length > 0 ? 1 : 0)
