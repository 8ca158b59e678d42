/** Silence after which a runner is presumed dead. It answers our pings, three to a lease. */
export const LEASE_MS = 30_000
