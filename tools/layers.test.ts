import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { findViolations, tableAsMarkdown } from './layers.mjs'

function planted(files: Record<string, string>): ReturnType<typeof findViolations> {
  const root = mkdtempSync(join(tmpdir(), 'layers-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true })
      writeFileSync(join(root, file), text)
    }
    return findViolations(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

const cases: [sentence: string, file: string, text: string, allowed: boolean][] = [
  ['the core may import itself', 'src/core/a/b.ts', "import { x } from '../c.ts'", true],
  ['the core may not import Node', 'src/core/a.ts', "import { readFileSync } from 'node:fs'", false],
  ['the core may not import a package', 'src/core/a.ts', "import yaml from 'yaml'", false],
  [
    'the core may not import base, not even a type',
    'src/core/a.ts',
    "import type { Clock } from '../base/clock.ts'",
    false,
  ],
  [
    'the engine may open the door of the store',
    'src/engine/a.ts',
    "import type { Store } from '../store/store.ts'",
    true,
  ],
  ['the engine may not reach behind it', 'src/engine/a.ts', "import { x } from '../store/sqlite/open.ts'", false],
  [
    'a service may not import another',
    'src/services/s3/a.ts',
    "import { x } from '../codecommit/codecommit.ts'",
    false,
  ],
  ['nor lazily', 'src/services/s3/a.ts', "const x = await import('../iam/iam.ts')", false],
  ['nor by re-export', 'src/services/s3/a.ts', "export { x } from '../iam/iam.ts'", false],
  ['a service may import its own files', 'src/services/s3/a/b.ts', "import { x } from '../c.ts'", true],
  [
    'a provider may not import another',
    'src/providers/s3-source/a.ts',
    "import { x } from '../codebuild/codebuild.ts'",
    false,
  ],
  [
    'a provider may not import the engine',
    'src/providers/s3-source/a.ts',
    "import { x } from '../../engine/engine.ts'",
    false,
  ],
  ['the server may import everything', 'src/server/a.ts', "import { x } from '../store/sqlite/open.ts'", true],
  ['parts of the console know no API', 'src/console/ui/a.tsx', "import { x } from '../api/session.ts'", false],
  ['its pages know all of it', 'src/console/pages/a/b.tsx', "import { x } from '../../api/session.ts'", true],
  ['a page reaches no server', 'src/console/pages/a/b.tsx', "import { x } from '../../../server/http.ts'", false],
  ['nor Node', 'src/console/pages/a/b.tsx', "import { readFileSync } from 'node:fs'", false],
  ['a folder the table does not know is reported', 'src/misc/a.ts', "import { x } from '../core/x.ts'", false],
]

for (const [sentence, file, text, allowed] of cases) {
  test(sentence, () => {
    assert.equal(planted({ [file]: text }).length, allowed ? 0 : 1)
  })
}

test('ARCHITECTURE.md prints the table that is checked', () => {
  assert.ok(readFileSync('ARCHITECTURE.md', 'utf8').includes(tableAsMarkdown()), 'copy the output of tableAsMarkdown()')
})
