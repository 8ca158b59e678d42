/** Which page an address shows. Each page is loaded when it is first looked at. */
import type { ComponentType } from 'react'
import { BrowserRouter, Route, Routes } from 'react-router'
import { useRegion } from './api/region.ts'
import { AppShell } from './components/AppShell.tsx'
import { lazyPage } from './components/page-loading.ts'
import { patterns } from './paths.ts'

type Load = () => Promise<{ default: ComponentType }>

const PAGES: readonly (readonly [pattern: string, load: Load])[] = [
  [patterns.fleet, async () => await import('./pages/fleet/FleetPage.tsx')],
  [patterns.newPipeline, async () => await import('./pages/editor/NewPipelinePage.tsx')],
  [patterns.pipeline, async () => await import('./pages/pipeline/PipelinePage.tsx')],
  [patterns.editor, async () => await import('./pages/editor/EditorPage.tsx')],
  [patterns.versions, async () => await import('./pages/editor/VersionsPage.tsx')],
  [patterns.compare, async () => await import('./pages/compare/ComparePage.tsx')],
  [patterns.execution, async () => await import('./pages/execution/ExecutionPage.tsx')],
  [patterns.logs, async () => await import('./pages/logs/LogsPage.tsx')],
  [patterns.approvals, async () => await import('./pages/approvals/ApprovalsPage.tsx')],
  [patterns.repositories, async () => await import('./pages/repositories/RepositoriesPage.tsx')],
  [patterns.repository, async () => await import('./pages/repositories/RepositoryPage.tsx')],
  [patterns.projects, async () => await import('./pages/builds/ProjectsPage.tsx')],
  [patterns.project, async () => await import('./pages/builds/ProjectPage.tsx')],
  [patterns.build, async () => await import('./pages/builds/BuildPage.tsx')],
  [patterns.webhooks, async () => await import('./pages/webhooks/WebhooksPage.tsx')],
  [patterns.events, async () => await import('./pages/events/EventsPage.tsx')],
  [patterns.audit, async () => await import('./pages/audit/AuditPage.tsx')],
  [patterns.settings, async () => await import('./pages/settings/SettingsPage.tsx')],
  ['*', async () => await import('./pages/not-found/NotFoundPage.tsx')],
]

const ROUTES = PAGES.map(([pattern, load]) => ({ pattern, Page: lazyPage(load) }))

/** Another region is another set of everything: the page begins anew. */
export const Console = () => (
  <BrowserRouter key={useRegion()} basename="/console">
    <Routes>
      <Route element={<AppShell />}>
        {ROUTES.map(({ pattern, Page }) => (
          <Route key={pattern} path={pattern} element={<Page />} />
        ))}
      </Route>
    </Routes>
  </BrowserRouter>
)
