import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { convert, declarationIn, edit, freeName, moved, textOf } from './definition.ts'

const shop = {
  name: 'shop',
  roleArn: 'arn:aws:iam::000000000000:role/shop',
  version: 7,
  stages: [{ name: 'Source', actions: [] }],
}

describe('the text of a definition', () => {
  test('is the input of the AWS CLI, without what the API makes itself', () => {
    const text = textOf(shop, 'json')
    assert.deepEqual(JSON.parse(text), { pipeline: { name: shop.name, roleArn: shop.roleArn, stages: shop.stages } })
    assert.ok(!textOf(shop, 'yaml').includes('version'))
  })

  test('says the same in JSON and YAML', () => {
    const json = textOf(shop, 'json')
    assert.deepEqual(declarationIn(convert(json, 'yaml')), declarationIn(json))
    assert.equal(convert(convert(json, 'yaml'), 'json'), json)
  })

  test('may be a bare declaration', () => assert.equal(declarationIn('name: shop')?.name, 'shop'))

  for (const text of [
    '',
    '{',
    '[]',
    'just words',
    '&a [*a]',
    'name: [a]',
    'stages: {}',
    'stages: [{ actions: [7] }]',
  ]) {
    test(`${JSON.stringify(text)} is no definition, and that is no error`, () =>
      assert.equal(declarationIn(text), undefined))
  }

  test('bombs of aliases are not followed', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((key, at) => `${key}: &${key} [${`*${'abcdefgh'[at]},`.repeat(8)}]`),
    ]
    assert.equal(declarationIn(bomb.join('\n')), undefined)
  })
})

describe('a change by the form', () => {
  const yaml = '# ours\npipeline:\n  name: shop # short\n  stages:\n    - name: Source\n'

  test('leaves comments where they are', () => {
    assert.equal(
      edit(yaml, 'yaml', ['stages', 0, 'name'], 'Checkout'),
      '# ours\npipeline:\n  name: shop # short\n  stages:\n    - name: Checkout\n',
    )
  })

  test('takes a member away when it has no value', () =>
    assert.equal(declarationIn(edit(yaml, 'yaml', ['stages', 0], undefined))?.stages?.length, 0))

  test('adds what was not there', () => {
    const text = edit(textOf(shop, 'json'), 'json', ['variables'], [{ name: 'Target' }])
    assert.deepEqual(declarationIn(text)?.variables, [{ name: 'Target' }])
  })
})

test('an item moves up and down, and not out of the list', () => {
  assert.deepEqual(moved(['a', 'b', 'c'], 0, 2), ['b', 'c', 'a'])
  assert.deepEqual(moved(['a', 'b', 'c'], 2, 1), ['a', 'c', 'b'])
  assert.deepEqual(moved(['a', 'b'], 0, -1), ['a', 'b'])
})

test('a new thing gets a name that is free', () => assert.equal(freeName('Build', ['Build', 'Build2']), 'Build3'))

test('a text of very many keys is read in a moment', () => {
  const keys = Array.from({ length: 40_000 }, (_, index) => `k${index}: 1\n`).join('')
  const started = process.cpuUsage()
  declarationIn(keys)
  const { user, system } = process.cpuUsage(started)
  assert.ok(user + system < 8_000_000, `${Math.round((user + system) / 1000)} ms of processor time`)
})
