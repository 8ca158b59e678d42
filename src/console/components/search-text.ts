import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'

/**
 * A text of the address, as what somebody types into a field. The address follows when there is time; a field that waited for it
 * would lose letters.
 */
export function useSearchText(name: string): readonly [text: string, setText: (text: string) => void] {
  const [search, setSearch] = useSearchParams()
  const addressed = search.get(name) ?? ''
  const [text, setTyped] = useState(addressed)
  const onTheWay = useRef(new Set<string>())
  const follow = useEffectEvent((came: string) => {
    // what was typed since is newer; anything else came from a link, or from going back
    if (came === text) onTheWay.current.clear()
    else if (!onTheWay.current.has(came)) setTyped(came)
  })
  useEffect(() => follow(addressed), [addressed])

  const setText = (next: string): void => {
    setTyped(next)
    onTheWay.current.add(next)
    setSearch(
      (before) => {
        const after = new URLSearchParams(before)
        if (next === '') after.delete(name)
        else after.set(name, next)
        return after
      },
      { replace: true },
    )
  }
  return [text, setText]
}
