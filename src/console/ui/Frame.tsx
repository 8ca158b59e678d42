import Button from '@cloudscape-design/components/button'
import type { ReactNode } from 'react'

/**
 * The page's skeleton: bar, navigation, content, and a panel at the side. Ours instead of Cloudscape's AppLayout, which costs as
 * much to load as the whole first page.
 */
export function Frame(props: {
  bar: ReactNode
  navigation: ReactNode
  navigationOpen: boolean
  onNavigation: (open: boolean) => void
  breadcrumbs: ReactNode
  actions: ReactNode
  notifications: ReactNode
  panel: ReactNode | undefined
  children: ReactNode
}) {
  const { bar, navigation, navigationOpen, onNavigation, breadcrumbs, actions, notifications, panel, children } = props
  return (
    <div className="frame" data-navigation={navigationOpen ? 'open' : 'closed'}>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <div className="frame-bar">{bar}</div>
      <div className="frame-crumbs">
        <Button
          variant="icon"
          iconName="menu"
          ariaLabel={navigationOpen ? 'Close navigation' : 'Open navigation'}
          ariaExpanded={navigationOpen}
          onClick={() => onNavigation(!navigationOpen)}
        />
        <div className="frame-trail">{breadcrumbs}</div>
        {actions}
      </div>
      {navigationOpen && (
        <nav className="frame-navigation" aria-label="Pages">
          {navigation}
        </nav>
      )}
      <main id="content" className="frame-content" tabIndex={-1}>
        {notifications}
        {children}
      </main>
      {panel !== undefined && (
        <aside className="frame-panel" aria-label="This page as commands">
          {panel}
        </aside>
      )}
    </div>
  )
}
