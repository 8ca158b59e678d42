/** Styles of output as what an element needs: classes for the theme's colours, variables for a log's own. */
import type { CSSProperties } from 'react'
import type { Color, Style } from './ansi.ts'

export interface Look {
  readonly className: string | undefined
  readonly style: CSSProperties | undefined
}

/** Colours of a log's own come as variables: the style sheet keeps them readable on either background. */
export function lookOf(style: Style, isMatch: boolean): Look {
  const { fg, bg } = style.inverse === true ? { fg: style.bg ?? 'page', bg: style.fg ?? 'text' } : style
  const classes = [
    fg !== undefined && classOf('fg', fg),
    bg !== undefined && classOf('bg', bg),
    style.bold === true && 'ansi-bold',
    style.dim === true && 'ansi-dim',
    style.italic === true && 'ansi-italic',
    style.underline === true && 'ansi-underline',
    style.strike === true && 'ansi-strike',
    isMatch && 'log-match',
  ].filter((name) => name !== false)
  const variables = {
    ...(isOwn(fg) && { '--fg': fg }),
    ...(isOwn(bg) && { '--bg': bg }),
  } as CSSProperties
  return {
    className: classes.length === 0 ? undefined : classes.join(' '),
    style: Object.keys(variables).length === 0 ? undefined : variables,
  }
}

const isOwn = (color: Color | undefined): boolean => typeof color === 'string' && color.startsWith('#')

const classOf = (part: 'fg' | 'bg', color: Color): string => (isOwn(color) ? `ansi-${part}` : `ansi-${part}-${color}`)
