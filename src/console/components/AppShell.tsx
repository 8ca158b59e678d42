/** The frame around every page: navigation, region, who is signed in, what just happened, and whether the page is up to date. */
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group'
import Button from '@cloudscape-design/components/button'
import Spinner from '@cloudscape-design/components/spinner'
import SideNavigation from '@cloudscape-design/components/side-navigation'
import TopNavigation, { type TopNavigationProps } from '@cloudscape-design/components/top-navigation'
import { lazy, Suspense, useEffect, useState } from 'react'
import { Outlet, useHref, useLocation, useNavigate } from 'react-router'
import { useLiveStatus } from '../api/live.ts'
import { prefer, usePreferences } from '../api/preferences.ts'
import { chooseRegion, useRegion } from '../api/region.ts'
import { logout, session } from '../api/session.ts'
import { paths } from '../paths.ts'
import { Frame } from '../ui/Frame.tsx'
import { ConnectionNotice } from './ConnectionNotice.tsx'
import { listenToKeys, useKeys } from './keys.ts'
import { useNotices } from './notices.ts'
import { PageBoundary } from './PageBoundary.tsx'
import { useCurrentPage } from './page.ts'

const CommandPalette = lazy(async () => await import('./CommandPalette.tsx'))
const CommandsPanel = lazy(async () => await import('./CommandsPanel.tsx'))
const KeySheet = lazy(async () => await import('./KeySheet.tsx'))
const Notices = lazy(async () => await import('./Notices.tsx'))

const REGIONS = ['us-east-1', 'us-east-2', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-southeast-2', 'ap-northeast-1']

const NAVIGATION = [
  { text: 'Pipelines', path: paths.fleet() },
  { text: 'Approvals', path: paths.approvals() },
  { text: 'Repositories', path: paths.repositories() },
  { text: 'Build projects', path: paths.projects() },
  { text: 'Web-hooks', path: paths.webhooks() },
  { text: 'Events', path: paths.events() },
  { text: 'Audit trail', path: paths.audit() },
  { text: 'Settings', path: paths.settings() },
] as const

type Overlay = 'palette' | 'keys' | undefined

export function AppShell() {
  const [overlay, setOverlay] = useState<Overlay>()
  const [commandsOpen, setCommandsOpen] = useState(false)
  const [navigationOpen, setNavigationOpen] = useState(() => globalThis.innerWidth > 1200)
  const { follow, go, hrefOf } = useLinks()
  const notices = useNotices()
  const live = useLiveStatus()
  const page = useCurrentPage()
  const { pathname } = useLocation()

  useEffect(() => listenToKeys(document), [])
  useKeys([
    { keys: 'mod+k', does: 'Go to anything', everywhere: true, run: () => setOverlay('palette') },
    { keys: '?', does: 'This list of keys', run: () => setOverlay('keys') },
    { keys: 'g p', does: 'Pipelines', run: () => go(paths.fleet()) },
    { keys: 'g a', does: 'Approvals', run: () => go(paths.approvals()) },
    { keys: 'g r', does: 'Repositories', run: () => go(paths.repositories()) },
    { keys: 'g b', does: 'Build projects', run: () => go(paths.projects()) },
    { keys: 'g s', does: 'Settings', run: () => go(paths.settings()) },
    { keys: 'c', does: 'This page as commands', run: () => setCommandsOpen((open) => !open) },
  ])

  return (
    <>
      <Frame
        bar={<TopBar onSearch={() => setOverlay('palette')} onKeys={() => setOverlay('keys')} />}
        navigationOpen={navigationOpen}
        onNavigation={setNavigationOpen}
        navigation={
          <SideNavigation
            activeHref={hrefOf(activePath(pathname))}
            onFollow={follow}
            items={NAVIGATION.map(({ text, path }) => ({ type: 'link', text, href: hrefOf(path) }))}
          />
        }
        breadcrumbs={
          <BreadcrumbGroup
            ariaLabel="Breadcrumbs"
            onFollow={follow}
            items={[
              ...(page.crumbs ?? []).map(({ text, href }) => ({ text, href: hrefOf(href) })),
              { text: page.title, href: '' },
            ]}
          />
        }
        actions={
          <Button
            variant="icon"
            iconName="script"
            ariaLabel={commandsOpen ? 'Hide commands' : 'Show this page as commands'}
            ariaExpanded={commandsOpen}
            onClick={() => setCommandsOpen(!commandsOpen)}
          />
        }
        notifications={
          <>
            <ConnectionNotice isLost={live === 'lost'} />
            {notices.length > 0 && (
              <Suspense>
                <Notices notices={notices} />
              </Suspense>
            )}
          </>
        }
        panel={
          commandsOpen ? (
            <Suspense>
              <CommandsPanel />
            </Suspense>
          ) : undefined
        }
      >
        <PageBoundary key={pathname}>
          <Suspense fallback={<Spinner size="large" />}>
            <Outlet />
          </Suspense>
        </PageBoundary>
      </Frame>
      <Suspense>
        {overlay === 'palette' && <CommandPalette onClose={() => setOverlay(undefined)} />}
        {overlay === 'keys' && <KeySheet onClose={() => setOverlay(undefined)} />}
      </Suspense>
    </>
  )
}

function TopBar({ onSearch, onKeys }: { onSearch: () => void; onKeys: () => void }) {
  const { theme } = usePreferences()
  const region = useRegion()
  const { follow, hrefOf } = useLinks()
  const known = session()
  const regions = REGIONS.includes(region) ? REGIONS : [region, ...REGIONS]
  const utilities: TopNavigationProps.Utility[] = [
    { type: 'button', iconName: 'search', text: 'Search', ariaLabel: 'Search and go to anything', onClick: onSearch },
    {
      type: 'menu-dropdown',
      text: region,
      ariaLabel: `Region ${region}`,
      items: regions.map((id) => ({ id, text: id })),
      onItemClick: ({ detail }) => chooseRegion(detail.id),
    },
    {
      type: 'menu-dropdown',
      iconName: 'settings',
      ariaLabel: 'Appearance',
      items: (['light', 'dark', 'system'] as const).map((id) => ({
        id,
        text: `${THEMES[id]}${id === theme ? ' ✓' : ''}`,
      })),
      onItemClick: ({ detail }) => prefer({ theme: detail.id as keyof typeof THEMES }),
    },
    {
      type: 'menu-dropdown',
      iconName: 'user-profile',
      text: known?.user ?? '',
      description: known?.account ?? '',
      ariaLabel: `Signed in as ${known?.user ?? 'nobody'}`,
      items: [
        { id: 'keys', text: 'Keyboard shortcuts' },
        ...(known?.mode === 'server' ? [{ id: 'logout', text: 'Sign out' }] : []),
      ],
      onItemClick: ({ detail }) => {
        if (detail.id === 'keys') onKeys()
        else void logout().then(() => globalThis.location.reload())
      },
    },
  ]
  return (
    <TopNavigation
      identity={{ href: hrefOf(paths.fleet()), title: 'Pipewright', onFollow: follow }}
      utilities={utilities}
      i18nStrings={{ overflowMenuTriggerText: 'More', overflowMenuTitleText: 'All' }}
    />
  )
}

const THEMES = { light: 'Light', dark: 'Dark', system: 'Like the system' } as const

const activePath = (pathname: string): string =>
  NAVIGATION.toReversed().find(({ path }) => path !== '/' && pathname.startsWith(path))?.path ?? paths.fleet()

/** Links of Cloudscape's parts that stay inside the page. */
function useLinks() {
  const navigate = useNavigate()
  const base = useHref('/').replace(/\/$/, '')
  const hrefOf = (path: string): string => `${base}${path}`
  const follow = (event: CustomEvent<{ href?: string; external?: boolean }>): void => {
    const { href, external } = event.detail
    if (external === true || href === undefined || href === '') return
    event.preventDefault()
    void navigate(href.startsWith(base) ? href.slice(base.length) : href)
  }
  return { follow, hrefOf, go: (path: string) => void navigate(path) }
}
