import CloudscapeLink, { type LinkProps } from '@cloudscape-design/components/link'
import { useHref, useNavigate } from 'react-router'

/** A link to another page of the console: opens in place, or in a new tab as the reader wishes. */
export function Link({ to, ...rest }: Omit<LinkProps, 'href' | 'onFollow'> & { to: string }) {
  const navigate = useNavigate()
  const href = useHref(to)
  return (
    <CloudscapeLink
      {...rest}
      href={href}
      onFollow={(event) => {
        event.preventDefault()
        void navigate(to)
      }}
    />
  )
}
