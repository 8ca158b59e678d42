import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { editDistance, nearest } from './nearest.ts'
import { parseReferences, printReference } from './references.ts'
import { resolveConfiguration, resolveConfigurationValue, resolveText, type Lookup } from './resolve.ts'
import { outputVariablesBytes, outputVariablesTooLarge, utf8Length } from './size.ts'

const values: Readonly<Record<string, string>> = { 'S.Message': 'say "hi"\n', 'S.Id': 'abc', 'S.Ref': '#{S.Id}' }
const lookup: Lookup = (namespace, key) => values[`${namespace}.${key}`]
const valueOf = (text: string) => resolveText(text, lookup)

describe('a variable reference', () => {
  it('is found anywhere in a text, any number of times', () => {
    assert.deepEqual(parseReferences('a#{S.Id}b#{variables.x-1}').map(printReference), ['#{S.Id}', '#{variables.x-1}'])
  })

  it('needs a namespace and a key of legal characters, else the text stays literal', () => {
    for (const text of ['#{S}', '#{.Id}', '#{S.}', '#{S.Id', '#{S I.d}', '#{S.a.b}', '#{}', '${S.Id}', '# {S.Id}']) {
      assert.deepEqual(parseReferences(text), [], text)
      assert.deepEqual(valueOf(text), { value: text })
    }
  })

  it('is found right after something that only looks like one', () => {
    assert.deepEqual(parseReferences('#{#{S.Id}').map(printReference), ['#{S.Id}'])
    assert.deepEqual(parseReferences('#{S.#{S.Id}').map(printReference), ['#{S.Id}'])
  })
})

describe('resolving', () => {
  it('replaces whole and embedded references', () => {
    assert.deepEqual(valueOf('#{S.Id}'), { value: 'abc' })
    assert.deepEqual(valueOf('<#{S.Id}|#{S.Id}>'), { value: '<abc|abc>' })
  })

  it('does not look into inserted values again', () => {
    assert.deepEqual(valueOf('#{S.Ref}'), { value: '#{S.Id}' })
  })

  it('names the first reference without a value', () => {
    assert.deepEqual(valueOf('#{S.Id}#{S.None}#{T.None}'), { unresolved: '#{S.None}' })
  })

  it('keeps JSON valid when it inserts into a string of it', () => {
    const json = '[{"name":"MESSAGE","value":"#{S.Message}","type":"PLAINTEXT"}]'
    const resolved = resolveConfigurationValue(json, lookup)
    assert.ok('value' in resolved)
    assert.deepEqual(JSON.parse(resolved.value), [{ name: 'MESSAGE', value: 'say "hi"\n', type: 'PLAINTEXT' }])
  })

  it('inserts as it is in the place of a whole JSON value, and into text that is no JSON', () => {
    const whole: Lookup = () => '{"a":1}'
    assert.deepEqual(resolveConfigurationValue('{"x": #{S.Id}}', whole), { value: '{"x": {"a":1}}' })
    assert.deepEqual(resolveConfigurationValue('#{S.Message}', lookup), { value: 'say "hi"\n' })
    assert.deepEqual(resolveConfigurationValue('say "#{S.Message}', lookup), { value: 'say "say "hi"\n' })
  })

  it('resolves every value of a configuration, not its keys', () => {
    assert.deepEqual(resolveConfiguration({ '#{S.Id}': '#{S.Id}', __proto__x: 'y' }, lookup), {
      configuration: { '#{S.Id}': 'abc', __proto__x: 'y' },
    })
    assert.deepEqual(resolveConfiguration({ a: '#{S.None}' }, lookup), { unresolved: '#{S.None}' })
  })

  it('stops at 100 KB, long before a short text has grown into something huge', () => {
    const large: Lookup = () => 'x'.repeat(60_000)
    assert.deepEqual(resolveConfiguration({ a: '#{S.a}#{S.b}' }, large), { tooLarge: true })
    assert.deepEqual(resolveConfiguration({ a: '#{S.a}', b: '#{S.b}' }, large), { tooLarge: true })
    assert.ok('configuration' in resolveConfiguration({ a: '#{S.a}' }, large))
  })

  const name = fc.stringMatching(/^[A-Za-z0-9@_-]{1,8}$/)
  const piece = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('#{', '#', '}', '.', '"', '\\'),
    fc.tuple(name, name).map(([namespace, key]) => `#{${namespace}.${key}}`),
  )
  const text = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''))

  it('leaves no reference behind when no value holds one', () => {
    fc.assert(
      fc.property(text, (input) => {
        const resolved = resolveText(input, () => '·')
        assert.ok('value' in resolved)
        assert.deepEqual(parseReferences(resolved.value), [])
      }),
    )
  })

  it('changes nothing but the references, in one pass', () => {
    fc.assert(
      fc.property(text, (input) => {
        const same = resolveText(input, (namespace, key) => printReference({ namespace, key }))
        assert.deepEqual(same, { value: input })
      }),
    )
  })

  it('keeps every JSON document a JSON document', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (document, value) => {
        const json = JSON.stringify([document, 'before #{a.b} after'])
        const resolved = resolveConfigurationValue(json, () => value)
        assert.ok('value' in resolved)
        assert.equal((JSON.parse(resolved.value) as unknown[])[1], `before ${value} after`)
      }),
    )
  })

  it('takes time in proportion to the text, however it is made up', () => {
    // A second look back for every start would take minutes here.
    for (const hostile of ['#{a', '#{a.b', '#{', '#{a.', 'a']) {
      const pieces = Math.floor(500_000 / hostile.length)
      assert.deepEqual(parseReferences(`#{${hostile.repeat(pieces)}`), [])
    }
  })
})

describe('sizes', () => {
  it('are counted in UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        assert.equal(utf8Length(value), new TextEncoder().encode(value).length)
      }),
    )
  })

  it('of output variables count keys and values together', () => {
    assert.equal(outputVariablesBytes({ ab: 'é' }), 4)
    assert.ok(!outputVariablesTooLarge({ k: 'x'.repeat(122_879) }))
    assert.ok(outputVariablesTooLarge({ k: 'x'.repeat(122_880) }))
  })
})

describe('the nearest name', () => {
  it('is the one with the fewest slips, whatever its case', () => {
    assert.equal(nearest('CommitID', ['BranchName', 'CommitId', 'CommitMessage']), 'CommitId')
    assert.equal(nearest('Brnach', ['Branch', 'Ranch']), 'Branch')
    assert.equal(nearest('a', ['b']), 'b')
  })

  it('is none when only other words are there, or the name itself', () => {
    assert.equal(nearest('ImageURI', ['BranchName', 'CommitId']), undefined)
    assert.equal(nearest('CommitId', ['CommitId']), undefined)
    assert.equal(nearest('CommitId', []), undefined)
  })

  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 })

  it('is measured by a distance that is zero for equals, symmetric, and never more than the longer text', () => {
    fc.assert(
      fc.property(word, word, (one, other) => {
        const distance = editDistance(one, other)
        assert.equal(distance === 0, one === other)
        assert.equal(distance, editDistance(other, one))
        assert.ok(distance <= Math.max(one.length, other.length))
        assert.ok(distance >= Math.abs(one.length - other.length))
      }),
    )
  })

  it('counts one edit as one', () => {
    for (const slip of ['Branhc', 'Brnch', 'Brannch', 'Brench']) assert.equal(editDistance('Branch', slip), 1, slip)
  })
})
