import { endOf } from '#domain/time.ts'
import type { ApiKeyRow } from '#store/store.ts'
import { changer, choosePlanes, type Desk, findClient, findPlane } from './desk.ts'

export interface ApiKeyInfo {
  readonly plane: string
  readonly client: string
  /** Its id, which opens nothing. */
  readonly id: string
  readonly label: string
  /** Empty where it has none of its own. */
  readonly scopes: readonly string[]
  readonly state: 'good' | 'ended' | 'revoked'
  /** UTC milliseconds. */
  readonly madeAt: number
  readonly madeBy: string
  readonly endsAt: number
}

/** With the key itself, shown this once. */
export interface NewApiKey extends ApiKeyInfo {
  readonly key: string
}

export const newApiKey = async (
  desk: Desk,
  input: {
    plane?: string | undefined
    client: string
    /** A day, which is in the plane's time zone, or an instant. */
    until: string
    scopes?: readonly string[] | undefined
    label?: string | undefined
    reason?: string | undefined
  },
): Promise<NewApiKey> => {
  const { change, identity } = desk.installation
  const { id: plane, policy } = findPlane(change.current(), input.plane)
  const asked = {
    client: findClient(policy, input.client),
    scopes: input.scopes ?? [],
    label: input.label ?? '',
    endsAt: endOf(input.until, policy.plane.timeZone ?? 'UTC'),
  }
  const about = changer({ ...desk, why: desk.why ?? input.reason })
  const { key, row } = await identity.apiKeys.issue(plane, asked, about)
  return { ...infoOf(plane, row, desk.clock.now()), key }
}

/** Newest first; those that ended or were revoked too, for ninety days. */
export const listApiKeys = async (
  desk: Desk,
  input: { plane?: string | undefined; client?: string | undefined },
): Promise<ApiKeyInfo[]> => {
  const { change, identity } = desk.installation
  const [agent, consumer] = input.client?.split('@') ?? []
  const isAsked = ({ client }: ApiKeyRow) =>
    agent === undefined ||
    (consumer === undefined ? client.startsWith(`${agent}@`) : client === input.client)
  const now = desk.clock.now()
  const all: ApiKeyInfo[] = []
  for (const plane of choosePlanes(change.current(), input.plane)) {
    const rows = await identity.apiKeys.list(plane)
    all.push(...rows.filter(isAsked).map((row) => infoOf(plane, row, now)))
  }
  return all.sort((a, b) => (a.id > b.id ? -1 : 1))
}

/** It is taken no longer, wherever it is. */
export const revokeApiKey = async (
  desk: Desk,
  input: { plane?: string | undefined; client: string; id: string; reason: string },
): Promise<ApiKeyInfo> => {
  const { change, identity } = desk.installation
  const { id: plane, policy } = findPlane(change.current(), input.plane)
  const which = { client: findClient(policy, input.client), id: input.id }
  const about = changer({ ...desk, why: desk.why ?? input.reason })
  const row = await identity.apiKeys.revoke(plane, which, about)
  return infoOf(plane, row, desk.clock.now())
}

const infoOf = (plane: string, row: ApiKeyRow, now: number): ApiKeyInfo => ({
  plane,
  client: row.client,
  id: row.id,
  label: row.label,
  scopes: row.scopes ?? [],
  state: stateOf(row, now),
  madeAt: row.at,
  madeBy: row.by,
  endsAt: row.endsAt,
})

const stateOf = ({ revokedAt, endsAt }: ApiKeyRow, now: number): ApiKeyInfo['state'] => {
  if (revokedAt !== undefined) return 'revoked'
  return endsAt > now ? 'good' : 'ended'
}
