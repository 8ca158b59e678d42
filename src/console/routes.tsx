/** Which page an address shows. Each page is loaded when it is first looked at. */
import { lazy, type ComponentType } from 'react'
import { BrowserRouter, Route, Routes } from 'react-router'
import { AppShell } from './components/AppShell.tsx'
import { patterns } from './paths.ts'

type Load = () => Promise<{ default: ComponentType }>

const PAGES: readonly (readonly [pattern: string, load: Load])[] = [
  [patterns.fleet, async () => await import('./pages/fleet/FleetPage.tsx')],
  ['*', async () => await import('./pages/not-found/NotFoundPage.tsx')],
]

const ROUTES = PAGES.map(([pattern, load]) => ({ pattern, Page: lazy(load) }))

export const Console = () => (
  <BrowserRouter basename="/console">
    <Routes>
      <Route element={<AppShell />}>
        {ROUTES.map(({ pattern, Page }) => (
          <Route key={pattern} path={pattern} element={<Page />} />
        ))}
      </Route>
    </Routes>
  </BrowserRouter>
)
