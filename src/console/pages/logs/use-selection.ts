import { useState } from 'react'
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import { parseSelection, printSelection, type Selection } from '../../log-view/selection.ts'

/** Selected lines are part of the address. What is clicked is shown at once; the address may take a moment. */
export function useSelection(): readonly [Selection | undefined, (selection: Selection | undefined) => void] {
  const { hash } = useLocation()
  const [search] = useSearchParams()
  const navigate = useNavigate()
  const [shown, setShown] = useState({ hash, selection: parseSelection(hash), wanted: hash })
  // the address was changed by something else than a click on a line
  if (shown.hash !== hash) {
    const isOurs = shown.wanted === hash
    setShown({ hash, wanted: isOurs ? shown.wanted : hash, selection: isOurs ? shown.selection : parseSelection(hash) })
  }
  const select = (selection: Selection | undefined): void => {
    const wanted = selection === undefined ? '' : printSelection(selection)
    setShown({ hash: shown.hash, wanted, selection })
    void navigate({ search: search.toString(), hash: wanted }, { replace: true, preventScrollReset: true })
  }
  return [shown.selection, select]
}
