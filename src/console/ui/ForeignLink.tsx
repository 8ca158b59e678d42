import CloudscapeLink from '@cloudscape-design/components/link'
import type { ReactNode } from 'react'

/** An address from outside: the web's own kinds may be followed, any other is only shown. */
export function ForeignLink({ url, children = url }: { url: string; children?: ReactNode }) {
  if (!isWebAddress(url)) return <>{children}</>
  return (
    <CloudscapeLink external externalIconAriaLabel="Opens in a new tab" href={url} rel="noreferrer noopener">
      {children}
    </CloudscapeLink>
  )
}

export const isWebAddress = (text: string): boolean => /^https?:\/\//i.test(text)
