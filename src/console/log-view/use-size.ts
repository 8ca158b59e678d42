import { useEffect, useEffectEvent, type RefObject } from 'react'

/** room at the end of a line */
const MARGIN_PX = 16

/**
 * Tells how high the view is and how many characters fit beside each other, whenever that changes.
 * @param probe an element a hundred characters wide
 * @param gutter an element as wide as what stands before each line
 */
export function useSize(
  view: RefObject<HTMLElement | null>,
  probe: RefObject<HTMLElement | null>,
  gutter: RefObject<HTMLElement | null>,
  tell: (height: number, columns: number) => void,
): void {
  const measure = useEffectEvent(() => {
    const element = view.current
    const character = (probe.current?.getBoundingClientRect().width ?? 0) / 100
    if (element === null || character === 0) return
    const width = element.clientWidth - (gutter.current?.offsetWidth ?? 0) - MARGIN_PX
    tell(element.clientHeight, Math.max(20, Math.floor(width / character)))
  })
  useEffect(() => {
    const observer = new ResizeObserver(() => measure())
    for (const { current } of [view, probe, gutter]) if (current) observer.observe(current)
    measure()
    return () => observer.disconnect()
  }, [view, probe, gutter])
}
