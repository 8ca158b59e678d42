import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lintText } from '../../../lint/lint.ts'
import { textOf } from './definition.ts'
import { bucketName, TEMPLATES } from './templates.ts'

const input = { name: 'shop', account: '000000000000', repository: 'shop', branch: 'main' }

for (const { title, make } of TEMPLATES) {
  test(`the template "${title}" has nothing that the linter would mark`, () =>
    assert.deepEqual(lintText(textOf(make(input), 'yaml'), 'shop.yml'), []))
}

test('the name of a bucket has what a bucket may have', () =>
  assert.equal(bucketName('My.Shop_Web'), 'my-shop-web-artifacts'))
