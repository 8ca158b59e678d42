/** Starts the console: who is it, what do they like, then the page that the address names. */
import './main.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { failureOf } from './api/failure.ts'
import { followLive } from './api/live.ts'
import { openSession } from './api/session.ts'
import { followTheme } from './components/theme.ts'
import { Console } from './routes.tsx'

followTheme()

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // events say what is stale; looking again at a page is no reason to ask again
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && failureOf(error).passing,
    },
  },
})

const root = createRoot(document.querySelector('#root') as HTMLElement)

async function start(): Promise<void> {
  const { signedIn } = await openSession()
  if (!signedIn) {
    const { LoginPage } = await import('./pages/login/LoginPage.tsx')
    root.render(<LoginPage onSignedIn={() => void start()} />)
    return
  }
  followLive(queries, () => globalThis.location.reload())
  root.render(
    <QueryClientProvider client={queries}>
      <Console />
    </QueryClientProvider>,
  )
}

start().catch(async (error: unknown) => {
  const { StartFailure } = await import('./pages/login/StartFailure.tsx')
  root.render(<StartFailure error={error} />)
})
