import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { layout } from '../src/layout.js'
import { render } from '../src/render.js'

const version = (process.env.CODEBUILD_RESOLVED_SOURCE_VERSION ?? 'a working copy').slice(0, 12)
rmSync('dist', { recursive: true, force: true })
mkdirSync('dist')
const pages = readdirSync('pages').filter((name) => name.endsWith('.md'))
for (const name of pages) {
  const markdown = readFileSync(`pages/${name}`, 'utf8')
  const title = /^# (.+)$/m.exec(markdown)?.[1] ?? name
  writeFileSync(`dist/${name.replace(/\.md$/, '.html')}`, layout({ title, body: render(markdown), version }))
}
cpSync('pages/style.css', 'dist/style.css')
console.log(`built ${pages.length} pages from ${version}`)
