import { useDeferredValue, useMemo, useState } from 'react'
import { lintText, type LintProblem } from '../../../lint/lint.ts'
import { region } from '../../api/region.ts'
import { session } from '../../api/session.ts'
import { convert, declarationIn, edit, type Format, type Path } from './definition.ts'

/** A definition being edited: its text, what it says, and everything that is wrong with it. */
export function useDefinition(initial: string) {
  const [text, setText] = useState(initial)
  const [format, setFormat] = useState<Format>('yaml')
  const settled = useDeferredValue(text)
  const declaration = useMemo(() => declarationIn(settled), [settled])
  const problems = useMemo(
    (): readonly LintProblem[] =>
      lintText(settled, 'definition', { region: region(), strict: session()?.strict ?? false }),
    [settled],
  )
  return {
    text,
    format,
    declaration,
    problems,
    errors: problems.filter(({ severity }) => severity === 'error'),
    isChanged: text !== initial,
    setText,
    chooseFormat: (next: Format): void => {
      setText(convert(text, next))
      setFormat(next)
    },
    edit: (path: Path, value: unknown): void => setText(edit(text, format, path, value)),
  }
}

export type Definition = ReturnType<typeof useDefinition>
