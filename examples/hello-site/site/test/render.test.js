import assert from 'node:assert/strict'
import test from 'node:test'
import { layout } from '../src/layout.js'
import { render } from '../src/render.js'

test('headings, lists and paragraphs become their elements', () => {
  assert.equal(
    render('# Hello\n\n- one\n- two\n\nsome\ntext'),
    '<h1>Hello</h1>\n<ul><li>one</li><li>two</li></ul>\n<p>some text</p>',
  )
})

test('emphasis, code and links work inside a line', () => {
  assert.equal(render('*a* `b` [c](d.html)'), '<p><em>a</em> <code>b</code> <a href="d.html">c</a></p>')
})

test('text is never markup', () => {
  assert.equal(render('<script>'), '<p>&lt;script&gt;</p>')
  assert.match(layout({ title: '<x>', body: '', version: '1' }), /<title>&lt;x&gt;<\/title>/)
})
