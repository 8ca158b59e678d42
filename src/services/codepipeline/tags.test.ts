import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addTags, removeTags, tagList } from './tags.ts'

const ARN = 'arn:aws:codepipeline:eu-west-1:000000000000:shop'
const refused = (code: string) => ({ code })

test('given new and known keys, then they are added and overwritten, and shown in order', () => {
  const tags = addTags(
    { b: '1' },
    [
      { key: 'b', value: '2' },
      { key: 'a', value: '' },
    ],
    ARN,
  )
  assert.deepEqual(tagList(tags), [
    { key: 'a', value: '' },
    { key: 'b', value: '2' },
  ])
  assert.deepEqual(removeTags(tags, ['a', 'unknown']), { b: '2' })
})

test('given a system key, a repeated one or one that ends in a space, then InvalidTagsException', () => {
  for (const tags of [
    [{ key: 'AWS:x', value: '' }],
    [
      { key: 'a', value: '1' },
      { key: 'a', value: '2' },
    ],
    [{ key: 'a ', value: '1' }],
    [{ key: ' ', value: '1' }],
    [{ key: 'a', value: 'x ' }],
  ]) {
    assert.throws(() => addTags({}, tags, ARN), refused('InvalidTagsException'))
  }
  assert.throws(() => removeTags({}, ['aws:cloudformation:stack-name']), refused('InvalidTagsException'))
})

test('given fifty tags, then overwriting one is fine and another one is too many', () => {
  const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, '']))
  assert.equal(Object.keys(addTags(fifty, [{ key: 'k7', value: 'x' }], ARN)).length, 50)
  assert.throws(() => addTags(fifty, [{ key: 'new', value: 'x' }], ARN), refused('TooManyTagsException'))
})
