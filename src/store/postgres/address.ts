import { Fault } from '#lib/fault.ts'

export interface Address {
  /** As the driver takes it, password and all: never into a log, an error or a command line. */
  readonly connectionString: string
  /** `host:port/database`, for people. */
  readonly place: string
  /** Whether the network between is trusted without TLS: this machine, or a socket of it. */
  readonly isLocal: boolean
  readonly asksForTls: boolean
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Reads `postgres://user:password@host:port/database?sslmode=…`. Fault('bad_configuration') without a word of it. */
export const readAddress = (url: string): Address => {
  const read = URL.parse(url)
  if (read === null || !/^postgres(ql)?:$/.test(read.protocol)) throw unreadable()
  const database = read.pathname.slice(1)
  // A slash or an @ that stands unescaped in a password would end up here, and be told.
  if (database === '' || /[@/]/.test(database)) throw unreadable()
  const socket = read.searchParams.get('host')
  const host = socket ?? read.hostname
  if (host === '') throw unreadable()
  const mode = read.searchParams.get('sslmode')
  return {
    connectionString: url,
    place: `${host}:${read.port || 5432}/${decodeURIComponent(database)}`,
    isLocal: host.startsWith('/') || loopback.test(host),
    asksForTls: mode !== null && mode !== 'disable',
  }
}

// Without the cause: it would quote the URL.
const unreadable = (): Fault =>
  new Fault('bad_configuration', {
    detail: 'the address of the store is none that PostgreSQL has',
    fix: 'Write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters of the password percent-encoded.',
  })
