import type { ClientId, PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { areScopes } from '../claims.ts'
import type { ClientView } from '../identity.ts'
import type { AskedApiKey } from './api-keys.ts'

/** Good at the same time: enough for each of its programs to change to another one after the other. */
export const mostOfClient = 20

/** Throws where such a key cannot be, and says what would let it. */
export const checkAsked = (
  view: ClientView,
  plane: PlaneId,
  { client, scopes, endsAt }: AskedApiKey,
  nowMs: number,
): void => {
  if (!view.findClient(plane, client)) throw new Fault('unknown_name', { detail: client })
  const longestMs = view.longestKeyMs(plane)
  if (longestMs === undefined)
    throw new Fault('usage', {
      detail: `Plane ${plane} takes no API keys.`,
      fix: 'Give the Plane `apiKeys: { longest: 90d }` and apply it; a token is better where one can be had.',
    })
  const stopped = view.suspended(plane, client)
  if (stopped !== undefined) throw new Fault('suspended', { detail: stopped })
  if (!areScopes(scopes))
    throw new Fault('usage', { detail: 'Scopes are 1 to 64 scope tokens of RFC 6749 §3.3.' })
  if (endsAt <= nowMs)
    throw new Fault('usage', { detail: 'The end of the key has passed already.' })
  if (endsAt - nowMs > longestMs) throw tooLong(plane, nowMs + longestMs)
}

const tooLong = (plane: PlaneId, lastMs: number): Fault => {
  const last = new Date(Math.floor(lastMs / 1000) * 1000).toISOString().replace('.000', '')
  return new Fault('usage', {
    detail: `An API key of plane ${plane} that is made now ends by ${last}.`,
    fix: `--until ${last}`,
  })
}

export const tooMany = (client: ClientId): Fault =>
  new Fault('usage', {
    detail: `${client} has ${mostOfClient} API keys that are good; revoke one that is not needed.`,
    fix: `bailiwick agent keys, and bailiwick agent revoke ${client} --key KEY --reason TEXT`,
  })
