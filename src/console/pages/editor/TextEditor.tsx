import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, HighlightStyle, foldGutter, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { tags } from '@lezer/highlight'
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search'
import { EditorState } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { useEffect, useEffectEvent, useRef } from 'react'
import type { LintProblem } from '../../../lint/lint.ts'
import type { Format } from './definition.ts'

const THEME = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', backgroundColor: 'transparent', color: 'inherit' },
  '.cm-scroller': { fontFamily: 'ui-monospace, Menlo, Consolas, monospace' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--quiet)', border: 'none' },
  '.cm-content': { caretColor: 'currentColor' },
  '.cm-cursor': { borderLeftColor: 'currentColor' },
  '.cm-activeLine': { backgroundColor: 'light-dark(#0073bb12, #7ab8ff14)' },
  '.cm-selectionBackground': { backgroundColor: 'light-dark(#b5d9ff, #264a73) !important' },
  '.cm-tooltip': { backgroundColor: 'var(--page)', color: 'inherit', border: '1px solid var(--line)' },
})

const HIGHLIGHT = HighlightStyle.define([
  { tag: tags.propertyName, color: 'light-dark(#0550ae, #7ab8ff)' },
  { tag: [tags.string, tags.content], color: 'light-dark(#0a6b3d, #7fd6a3)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'light-dark(#8a3c00, #ffb454)' },
  { tag: tags.comment, color: 'var(--quiet)', fontStyle: 'italic' },
  { tag: tags.punctuation, color: 'var(--quiet)' },
])

/**
 * The definition as text, with its problems where they are. It lives in a shadow root: the editor brings style elements, which the
 * page's own policy forbids, and constructed style sheets, which it takes inside one.
 */
export function TextEditor(props: {
  text: string
  format: Format
  problems: readonly LintProblem[]
  onChange: (text: string) => void
}) {
  const { text, format, problems, onChange } = props
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const changed = useEffectEvent((next: string) => onChange(next))
  const initial = useEffectEvent(() => text)

  useEffect(() => {
    const root = host.current?.shadowRoot ?? host.current?.attachShadow({ mode: 'open' })
    if (root === undefined) return undefined
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: initial(),
        extensions: [
          lineNumbers(),
          foldGutter(),
          lintGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          highlightActiveLine(),
          highlightSelectionMatches(),
          syntaxHighlighting(HIGHLIGHT),
          format === 'json' ? json() : yaml(),
          keymap.of([...defaultKeymap, ...searchKeymap, ...historyKeymap, indentWithTab]),
          EditorView.contentAttributes.of({ 'aria-label': `Definition in ${format.toUpperCase()}`, tabindex: '0' }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) changed(state.doc.toString())
          }),
          THEME,
        ],
      }),
    })
    view.current = editor
    return () => {
      editor.destroy()
      view.current = null
    }
  }, [format])

  // what the form wrote, or the other format; what was typed here is in the document already
  useEffect(() => {
    const editor = view.current
    if (editor === null || editor.state.doc.toString() === text) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } })
  }, [text])

  useEffect(() => {
    const editor = view.current
    if (editor === null) return
    const { doc } = editor.state
    const diagnostics = problems.map(({ line, column, severity, message, rule }): Diagnostic => {
      const { from, to } = doc.line(Math.min(Math.max(line, 1), doc.lines))
      return { from: Math.min(from + column - 1, to), to, severity, message: `${rule}: ${message}` }
    })
    editor.dispatch(setDiagnostics(editor.state, diagnostics))
  }, [problems])

  return <div ref={host} className="text-editor" />
}
