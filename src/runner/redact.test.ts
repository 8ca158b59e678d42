import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import * as fc from 'fast-check'
import { createRedactor, fromBytes, MASK, toBytes } from './redact.ts'

const secret = fc
  .string({ minLength: 8, maxLength: 40, unit: 'grapheme' })
  .filter((text) => text.trim().length >= 8 && !text.includes('*'))
const encodings: readonly ((secret: string) => string)[] = [
  (value) => value,
  (value) => Buffer.from(value).toString('base64'),
  (value) => Buffer.from(value).toString('base64url'),
  (value) => encodeURIComponent(value),
  (value) => JSON.stringify(value),
]

function redactInChunks(secrets: readonly string[], text: string, cuts: readonly number[]): string {
  const stream = createRedactor(secrets).stream()
  const bytes = toBytes(text)
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  const shown = edges.slice(1).map((end, index) => stream.push(bytes.slice(edges[index], end)))
  return fromBytes(shown.join('') + stream.flush())
}

describe('a secret never shows', () => {
  it('in any encoding, whatever the chunks', () => {
    fc.assert(
      fc.property(
        secret,
        fc.string(),
        fc.string(),
        fc.nat(encodings.length - 1),
        fc.array(fc.nat(500)),
        (value, before, after, which, cuts) => {
          const encoded = encodings[which]?.(value) ?? value
          const shown = redactInChunks([value], before + encoded + after, cuts)
          assert.ok(shown.includes(MASK))
          assert.ok(!shown.includes(value))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('and chunks make no difference to the result', () => {
    const secrets = ['abcd', 'abcdef', 'cdefgh', 'aaaa']
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h') }),
        fc.array(fc.nat(100)),
        (text, cuts) => {
          assert.equal(redactInChunks(secrets, text, cuts), createRedactor(secrets).text(text))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('with terminal colours put inside of it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200)), fc.nat(9), (cuts, where) => {
        const value = 'topsecret1'
        const text = `x \x1b[31m${value.slice(0, where)}\x1b[0;1m${value.slice(where)}\x1b[0m y`
        const shown = redactInChunks([value], text, cuts)
        assert.equal(stripVTControlCharacters(shown), `x ${MASK} y`)
      }),
    )
  })

  it('inside a longer Base64 text such as a basic authorization header', () => {
    for (const user of ['a', 'ab', 'abc', 'abcd']) {
      const header = Buffer.from(`${user}:correct-horse-battery`).toString('base64')
      assert.ok(createRedactor(['correct-horse-battery']).text(`Basic ${header}`).includes(MASK), user)
    }
  })

  it('line by line when it has several', () =>
    assert.equal(
      createRedactor(['first line\nsecond line']).text('> first line\n> second line'),
      `> ${MASK}\n> ${MASK}`,
    ))
})

describe('everything else shows', () => {
  it('at once, unless it may be the beginning of a secret', () => {
    const stream = createRedactor(['hunter22']).stream()
    assert.equal(stream.push('hello hun'), 'hello ')
    assert.equal(stream.push('gry'), 'hungry')
  })

  it('byte by byte as it was, also when chunks cut characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(100)), (text, cuts) =>
        assert.equal(redactInChunks(['never-in-there-0123456789'], text, cuts), Buffer.from(text).toString()),
      ),
    )
  })

  it('from secrets learnt later on', () => {
    const redactor = createRedactor([])
    const stream = redactor.stream()
    redactor.add(['late-secret'])
    assert.equal(stream.push('a late-secret.') + stream.flush(), `a ${MASK}.`)
  })
})
