import type { Auth } from '../auth/auth.ts'
import type { ClientFor } from '../engine/engine.ts'
import type { ClientConstructor } from '../providers/provider.ts'
import type { InProcessHandler } from '../wire/wire.ts'

const SESSION_SECONDS = 3600

/**
 * SDK clients for our own providers: ordinary clients with ordinary role credentials, which enter the dispatcher without a
 * socket. One per role, region and class; kept, since a client caches its signing keys.
 * @param endpoint how clients outside reach this server: links in answers (clone URLs) are made from it
 */
export function createClientFactory({
  auth,
  handler,
  endpoint,
}: {
  readonly auth: Pick<Auth, 'issueSession'>
  readonly handler: InProcessHandler
  readonly endpoint: () => string
}): ClientFor {
  const sessions = new Map<string, Map<unknown, unknown>>()
  return ({ account, region, roleArn, sessionName }) => {
    const id = [account, region, roleArn, sessionName].join('|')
    const clients = sessions.get(id) ?? new Map<unknown, unknown>()
    sessions.set(id, clients)
    const credentials = async () => {
      const session = await auth.issueSession({ account, roleArn, sessionName, seconds: SESSION_SECONDS })
      return { ...session, expiration: new Date(session.expiresAt) }
    }
    return <Client>(constructor: ClientConstructor<Client>): Client => {
      const known = clients.get(constructor)
      if (known !== undefined) return known as Client
      const config = {
        region,
        endpoint: endpoint(),
        credentials,
        requestHandler: handler,
        forcePathStyle: true,
        // a call without a socket has no network to fail on: what it answers is the answer
        maxAttempts: 1,
      }
      const client = new constructor(config as never)
      clients.set(constructor, client)
      return client
    }
  }
}
