import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Fault } from '#lib/fault.ts'
import { isObject } from '#mcp/messages.ts'
import type { Io } from './io.ts'

/** Tokens of the Manager that `login` got, by origin: a file of mode 0600 in the user's own folder. */
export interface Kept {
  readonly person: string
  readonly token: string
  readonly endsAt: number
}

/** XDG Base Directory Specification: configuration of this user. */
const fileOf = ({ env }: Io): string => {
  const home =
    env.XDG_CONFIG_HOME ?? (env.HOME === undefined ? undefined : join(env.HOME, '.config'))
  if (home === undefined)
    throw new Fault('usage', {
      detail: 'There is no folder to keep the token in: neither HOME nor XDG_CONFIG_HOME is set.',
    })
  return join(home, 'bailiwick', 'sessions.json')
}

const readAll = (io: Io): Record<string, Kept> => {
  try {
    const value: unknown = JSON.parse(readFileSync(fileOf(io), 'utf8'))
    return isObject(value) ? (value as unknown as Record<string, Kept>) : {}
  } catch {
    return {}
  }
}

/** The token for an origin, or Fault('no_token'). */
export const keptToken = (io: Io, origin: string): string => keptSession(io, origin).token

/** Who is signed in to an origin, and how; or Fault('no_token'). */
export const keptSession = (io: Io, origin: string): Kept => {
  const all = readAll(io)
  const kept = Object.hasOwn(all, origin) ? all[origin] : undefined
  if (kept && io.now() < kept.endsAt) return kept
  throw new Fault('no_token', {
    detail: kept ? `The token for ${origin} has ended.` : `You are not signed in to ${origin}.`,
    fix: `bailiwick login --url ${origin}`,
  })
}

/** Whole or not at all: written beside, then put in its place. */
export const keep = (io: Io, origin: string, kept: Kept): string => {
  const file = fileOf(io)
  const good = Object.entries(readAll(io)).filter(([, { endsAt }]) => io.now() < endsAt)
  const all = { ...Object.fromEntries(good), [origin]: kept }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const beside = `${file}.${process.pid}`
  writeFileSync(beside, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 })
  renameSync(beside, file)
  return file
}
