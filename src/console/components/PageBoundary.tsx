import Button from '@cloudscape-design/components/button'
import { Component, type ReactNode } from 'react'
import { ErrorPanel } from './ErrorPanel.tsx'

/** A page that broke, told where it would have been; the frame around it still works. */
export class PageBoundary extends Component<{ children: ReactNode }, { readonly error: unknown }> {
  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error }
  }

  override state = { error: undefined as unknown }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <>
        <ErrorPanel error={error} />
        <Button onClick={() => globalThis.location.reload()}>Load the page again</Button>
      </>
    )
  }
}
