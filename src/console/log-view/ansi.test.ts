import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { hasControls, parseAnsi, PLAIN, stripAnsi } from './ansi.ts'

const E = '\u001B'
const looks = (text: string) => parseAnsi(text).spans.map(({ text, style }) => [text, style])

describe('the look of a line of output', () => {
  for (const [what, input, expected] of [
    ['plain text', 'hello', [['hello', {}]]],
    ['nothing', '', []],
    [
      'a colour and its end',
      `a${E}[31mred${E}[0mb`,
      [
        ['a', {}],
        ['red', { fg: 1 }],
        ['b', {}],
      ],
    ],
    [
      'an empty reset',
      `${E}[1mx${E}[my`,
      [
        ['x', { bold: true }],
        ['y', {}],
      ],
    ],
    ['a bright colour', `${E}[97;101mx`, [['x', { fg: 15, bg: 9 }]]],
    ['an indexed colour of the cube', `${E}[38;5;208mx`, [['x', { fg: '#ff8700' }]]],
    ['an indexed grey', `${E}[48;5;240mx`, [['x', { bg: '#585858' }]]],
    ['an indexed palette colour', `${E}[38;5;9mx`, [['x', { fg: 9 }]]],
    ['a true colour', `${E}[38;2;255;0;16mx`, [['x', { fg: '#ff0010' }]]],
    ['a true colour with colons', `${E}[38:2::1:2:3mx`, [['x', { fg: '#010203' }]]],
    ['what follows an extended colour', `${E}[38;5;1;1mx`, [['x', { fg: 1, bold: true }]]],
    ['a colour out of range', `${E}[38;5;999mx`, [['x', {}]]],
    [
      'weights that are taken back one by one',
      `${E}[1;3;4ma${E}[22;24mb`,
      [
        ['a', { bold: true, italic: true, underline: true }],
        ['b', { italic: true }],
      ],
    ],
    ['inverse and strike', `${E}[7;9mx`, [['x', { inverse: true, strike: true }]]],
    [
      'a default foreground',
      `${E}[31;1ma${E}[39mb`,
      [
        ['a', { fg: 1, bold: true }],
        ['b', { bold: true }],
      ],
    ],
    ['concealed text, which stays readable', `${E}[8msecret`, [['secret', {}]]],
    ['cursor movement and erasing', `a${E}[2K${E}[10;20Hb`, [['ab', {}]]],
    ['a window title', `${E}]0;title\u0007text`, [['text', {}]]],
    ['a link, of which the text stays', `${E}]8;;https://x${E}\\text${E}]8;;${E}\\`, [['text', {}]]],
    ['a title that never ends', `${E}]0;no end`, [['0;no end', {}]]],
    ['a sequence that never ends', `a${E}[31`, [['a31', {}]]],
    ['a character set', `${E}(Bx`, [['x', {}]]],
    ['device control', `${E}Pq#0${E}\\x`, [['x', {}]]],
    ['the short form of the introducer', '\u009B31mx', [['x', { fg: 1 }]]],
    ['a progress line', 'at 10%\rat 50%\rat 100%', [['at 100%', {}]]],
    ['a carriage return at the end', 'done\r', [['done', {}]]],
    ['a carriage return with nothing but codes after it', `done\r${E}[0m`, [['done', {}]]],
    ['a spinner', 'working |\b/\b-', [['working -', {}]]],
    ['other control characters', 'a\u0000\u0007b\tc', [['ab\tc', {}]]],
    ['text that is turned around', 'a\u202Eb', [['a\uFFFDb', {}]]],
    ['markup, which is text', '<img src=x onerror=alert(1)>', [['<img src=x onerror=alert(1)>', {}]]],
  ] as const) {
    it(`given ${what}`, () => assert.deepEqual(looks(input), expected))
  }

  it('carries a colour into the next line, as a terminal does', () => {
    const { end } = parseAnsi(`${E}[32mfirst`)
    assert.deepEqual(parseAnsi('second', end).spans, [{ text: 'second', style: { fg: 2 } }])
    assert.equal(parseAnsi(`third${E}[0m`, end).end, PLAIN)
  })

  it('given anything at all, it shows no control characters and takes no more than linear time', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(E, '\r', '\b', '[', ';', '3', 'm', ']', '\u202E', '\u0007', '\u009B'),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('').replaceAll('\n', '')
        assert.equal(hasControls(stripAnsi(text)), false)
      }),
    )
    const started = performance.now()
    stripAnsi(`${E}]`.repeat(100_000))
    stripAnsi(`${E}[`.repeat(100_000))
    stripAnsi(`a\r`.repeat(100_000))
    stripAnsi(`\r${E}[m`.repeat(100_000))
    assert.ok(performance.now() - started < 3000)
  })
})
