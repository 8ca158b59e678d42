import { onRegionChange, region } from './region.ts'
import { sessionCredentials } from './session.ts'

/** What every SDK client of the console is made with: this server, this session, this region. */
export const clientConfig = () => ({
  endpoint: globalThis.location.origin,
  region: region(),
  credentials: sessionCredentials,
  // a person looks at the answer: they would rather see an error than wait for the fifth try
  maxAttempts: 2,
})

export type ClientConfig = ReturnType<typeof clientConfig>

/** One client a region, made when first asked for. */
export function perRegion<Client extends { destroy(): void }>(make: (config: ClientConfig) => Client): () => Client {
  let client: Client | undefined
  onRegionChange(() => {
    client?.destroy()
    client = undefined
  })
  return () => (client ??= make(clientConfig()))
}
