import type { PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { ApiDocument, ItemDocument, ServerDocument } from '#domain/documents.ts'
import { secretOf } from '#domain/lent.ts'
import { perCallToken } from '#domain/loan.ts'
import type { PlaneId } from '#domain/name.ts'
import type { FollowerStatus } from '#ledger/follow.ts'
import type { TreeStatus } from '#ledger/tree/keeper.ts'
import type { Verification } from '#ledger/verified.ts'
import { asFault } from '#lib/fault.ts'
import type { WrongCondition } from '#policy/wrong.ts'
import type { Member } from '#store/store.ts'
import type { Api } from '#upstream/api.ts'
import { troubleOf } from '#upstream/trouble.ts'
import type { Health, Trouble, Upstream } from '#upstream/upstream.ts'
import { choosePlanes, type Desk, itemsOf } from './desk.ts'
import { type SuspensionsStatus, suspensionsStatus } from './suspensions.ts'

export interface StatusAnswer {
  readonly version: string
  /** Undefined where it was asked from elsewhere. */
  readonly pid: number | undefined
  /** False where the command opened the folder for itself. */
  readonly serving: boolean
  readonly dataFolder: string | undefined
  readonly origin: string
  readonly startedAt: number
  readonly program: string
  readonly ready: boolean
  readonly because: readonly string[]
  readonly revision: number
  /** Processes that share the store and serve, or served within a day. */
  readonly members: readonly MemberStatus[]
  readonly planes: readonly PlaneStatus[]
}

export interface MemberStatus extends Member {
  /** Alive, and decides by an older revision than others already do. */
  readonly behind: boolean
  /** It went without a word, a short while ago: somebody may be looking for it. */
  readonly missed: boolean
}

export interface PlaneStatus {
  readonly plane: string
  readonly gateway: string
  readonly agents: number
  readonly consumers: number
  readonly grants: number
  readonly quotas: number
  readonly suspensions: SuspensionsStatus
  readonly ledger: 'open' | 'over budget' | 'failing' | 'refused'
  readonly tree: TreeStatus
  /** Undefined where nobody has looked at the whole of it. */
  readonly verified: Verification | undefined
  /** What reads on in the ledger, and how far it has come. */
  readonly followers: readonly FollowerStatus[]
  /** Conditions that are wrong by what servers offer now, and so permit nothing or deny. */
  readonly wrongConditions: readonly WrongCondition[]
  readonly servers: readonly ServerStatus[]
}

export interface ServerStatus {
  readonly kind: 'Server' | 'API'
  readonly server: string
  readonly title: string | undefined
  /** The URL or `runner name`. */
  readonly upstream: string
  readonly state: Health['state'] | 'unknown'
  readonly detail: string
  readonly since: number | undefined
  /** In words, whose side it is on first: `Ready`, `Unreachable (network)`, `Not checked for 3 h`. */
  readonly health: string
  /** Who can mend it; undefined where nothing is wrong. */
  readonly side: Trouble['side'] | undefined
  /** When what it offers was last brought up to date, UTC milliseconds. */
  readonly checkedAt: number | undefined
  readonly modern: boolean
  readonly legacy: string | undefined
  readonly isolation: string | undefined
  readonly restarts: number | undefined
  /** That run for one caller each, where its runner gives each its own. */
  readonly processes: number | undefined
  readonly credential: string | undefined
  /** Version of the credential in the vault; undefined where none is set, or none needed. */
  readonly credentialVersion: number | undefined
  readonly counts: CapabilityCounts
  /** Operations that the OpenAPI document of an API describes and that are left out; undefined for none. */
  readonly notOffered: number | undefined
}

/** `visible`: pinned and classified, so that a grant can select it. */
export interface CapabilityCounts {
  readonly visible: number
  readonly unclassified: number
  readonly held: number
  readonly absent: number
}

export const status = async (
  desk: Desk,
  input: { plane?: string | undefined },
): Promise<StatusAnswer> => {
  const { installation } = desk
  const members = await listMembers(desk)
  const policy = installation.change.current()
  return {
    version: installation.version,
    pid: installation.pid,
    serving: desk.stop !== undefined,
    dataFolder: installation.dataFolder,
    origin: installation.origin,
    startedAt: installation.startedAt,
    program: installation.program,
    ...installation.ready(),
    revision: policy.revision,
    members,
    planes: await planesStatus(desk, input.plane),
  }
}

export const planesStatus = async (
  desk: Desk,
  plane: string | undefined,
): Promise<PlaneStatus[]> => {
  const policy = desk.installation.change.current()
  const found: PlaneStatus[] = []
  for (const id of choosePlanes(policy, plane)) {
    const here = policy.planes.get(id)
    if (here) found.push(await planeStatus(desk, id, here))
  }
  return found
}

/** None where the store is away: the rest of the status is told without it. */
const listMembers = async ({ installation, clock }: Desk): Promise<MemberStatus[]> => {
  const { members, change } = installation
  const since = clock.now() - missedForMs
  const all = await members.list().catch((thrown: unknown) => {
    if (asFault(thrown).code === 'store_unreachable') return []
    throw thrown
  })
  // A command that opened the store for a moment has no address.
  const { revision: own } = change.current()
  const serving = all
    .filter(({ address }) => address !== '')
    // What this one has told the others is seconds old.
    .map((one) => (one.id === members.self ? { ...one, revision: own } : one))
  const newest = Math.max(own, ...serving.map(({ revision }) => revision))
  return serving.map((one) => ({
    ...one,
    behind: one.alive && one.revision < newest,
    missed: !one.alive && !one.left && one.seenAt > since,
  }))
}
const missedForMs = 60 * 60_000

const planeStatus = async (desk: Desk, id: PlaneId, plane: PlanePolicy): Promise<PlaneStatus> => {
  const { installation } = desk
  const servers = itemsOf(plane).map((item) => serverStatus(desk, id, item))
  return {
    plane: id,
    gateway: `${installation.origin}/mcp/${id}`,
    agents: plane.agents.size,
    consumers: plane.consumers.size,
    grants: plane.grants.size,
    quotas: plane.quotas.size,
    suspensions: suspensionsStatus(plane),
    ledger: installation.ledger.plane(id).room(desk.clock.now()),
    tree: await installation.trees.status(id),
    verified: await installation.verified.find(id),
    followers: installation.ledger.followers(id),
    wrongConditions: await installation.wrongConditions(id),
    servers,
  }
}

export const serverStatus = (
  { installation, clock }: Pick<Desk, 'installation' | 'clock'>,
  plane: PlaneId,
  server: ServerDocument | ApiDocument,
): ServerStatus => {
  const upstream: Upstream | undefined = installation.upstreams.find(plane, server.name)
  const api = server.kind === 'API' ? installation.apis.find(plane, server.name) : undefined
  const health = upstream?.health ?? answeredHealth(api)
  const checked = installation.checked(plane, server.name)
  const failed = checked?.failed === undefined ? undefined : asFault(checked.failed)
  const trouble = health?.trouble ?? (failed && troubleOf(failed))
  const isUp = health?.state === 'up'
  const secret = secretOf(server.credential)
  const loan = secret ? installation.vault.plane(plane).current(secret) : undefined
  return {
    kind: server.kind,
    server: server.name,
    title: server.title,
    upstream: 'url' in server.upstream ? server.upstream.url : `runner ${server.upstream.runner}`,
    state: health?.state ?? 'unknown',
    detail: (isUp ? failed?.detail : undefined) ?? detailOf(server, health),
    since: health?.since,
    health: healthOf(server, {
      state: health?.state,
      trouble,
      checkedAt: checked?.at,
      now: clock.now(),
    }),
    side: trouble?.side,
    checkedAt: checked?.at,
    modern: upstream?.eras.modern ?? false,
    legacy: upstream?.eras.legacy,
    isolation: upstream?.health.isolation,
    restarts: upstream?.health.restarts,
    processes: upstream?.health.processes,
    credential: secret ?? (server.credential && perCallToken),
    credentialVersion: loan?.version,
    counts: count(installation.registry.capabilities(plane), server.name),
    notOffered: api?.findings.filter(({ effect }) => effect === 'left out').length || undefined,
  }
}

/** By its last answer: an API is asked nothing but what its callers ask. */
const answeredHealth = (api: Api | undefined): Health | undefined =>
  api?.health.state === 'starting' ? undefined : api?.health

const detailOf = (item: ServerDocument | ApiDocument, health: Health | undefined): string =>
  health?.detail ??
  (item.kind === 'API' ? 'a REST API is asked when it is called' : 'not connected: nothing runs')

/** What a server offers is looked at at least once a minute, unless somebody has configured otherwise. */
const staleAfterMs = 15 * 60_000

/** In words; an API that nobody has called yet is not known to be anything. */
export const healthOf = (
  { kind }: Pick<ItemDocument, 'kind'>,
  about: {
    readonly state: Health['state'] | undefined
    readonly trouble: Trouble | undefined
    readonly checkedAt: number | undefined
    readonly now: number
  },
): string => {
  const { state, trouble, checkedAt, now } = about
  if (state === undefined) return kind === 'API' ? 'Not called yet' : 'Not connected'
  if (trouble) return trouble.says
  if (state === 'starting') return 'Starting'
  const ms = checkedAt === undefined ? 0 : now - checkedAt
  return ms > staleAfterMs ? `Not checked for ${spanOf(ms)}` : 'Ready'
}

const spanOf = (ms: number): string => {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 120) return `${minutes} min`
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`
}

const count = (capabilities: readonly Capability[], server: string): CapabilityCounts => {
  const counts = { visible: 0, unclassified: 0, held: 0, absent: 0 }
  for (const one of capabilities) {
    if (one.server !== server) continue
    if (one.state !== 'pinned') counts[one.state] += 1
    else if (one.classification) counts.visible += 1
    else counts.unclassified += 1
  }
  return counts
}
