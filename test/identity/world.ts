import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { after } from 'node:test'
import type {
  AgentDocument,
  IssuerDocument,
  PlaneDocument,
  TeamDocument,
} from '#domain/documents.ts'
import type { SignedIn, TokenIssued } from '#domain/entry.ts'
import { type ClientId, clientId, type PlaneId, planeId, splitClientId } from '#domain/name.ts'
import { type ClientView, createIdentity, type Identity } from '#identity/identity.ts'
import type { FetchDocument } from '#identity/sign-in/fetch-document.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { createLog, silentLog } from '#lib/log.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import { createPeople } from '#people/create-people.ts'
import type { Entering } from '#people/entering.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { createKeyring } from '#vault/keyring.ts'
import { openDoor } from '../change/door.ts'
import { encode, openSigningKey, signSegments } from './signing.ts'

export const ops = planeId('ops')
export const finance = planeId('finance')
export const planner = clientId('planner', 'workplace-ai')
export const lone = clientId('lone', 'workplace-ai')
export const secretless = clientId('secretless', 'workplace-ai')
export const startMs = Date.parse('2026-11-20T08:00:00Z')

/** A policy that a test can change, as identity sees it. */
export function createPolicy(origin: string) {
  let revision = 1
  const agents = new Map<string, AgentDocument>()
  const lifetimes = new Map<PlaneId, number>()
  const planes = new Set<PlaneId>([ops, finance])
  const longestKeys = new Map<PlaneId, number>()
  const issuers = new Map<string, IssuerDocument>()
  const stopped = new Set<string>()
  const signIns = new Map<PlaneId, PlaneDocument['signIn']>()
  const teams = new Map<string, readonly string[]>()
  const agentOf = (plane: PlaneId, name: string) => agents.get(`${plane}/${name}`)

  const view: ClientView = {
    findClient(plane, client) {
      const parts = splitClientId(client)
      const agent = parts && agentOf(plane, parts.agent)
      return agent?.consumers.includes(parts?.consumer ?? '') ? agent : undefined
    },
    suspended: (plane, client, user) =>
      [client, user].some((one) => stopped.has(`${plane}/${one}`)) ? 'suspended' : undefined,
    signIn: (plane) => signIns.get(plane),
    maySignIn(plane, client, person) {
      const agent = view.findClient(plane, client)
      const named = agent?.signIn?.teams
      return (
        agent !== undefined &&
        (!named ||
          named.some((one) => teams.get(one)?.includes(person.name) || person.teams.includes(one)))
      )
    },
    resolveClient(plane, written) {
      const parts = splitClientId(written)
      const [only, ...others] = agentOf(plane, parts?.agent ?? written)?.consumers ?? []
      const consumer = parts?.consumer ?? (others.length === 0 ? only : undefined)
      const client = clientId(parts?.agent ?? written, consumer ?? '')
      return view.findClient(plane, client) && client
    },
    tokenLifetimeMs: (plane) => lifetimes.get(plane) ?? 300_000,
    longestKeyMs: (plane) => longestKeys.get(plane),
    hasPlane: (plane) => planes.has(plane),
    isResource(plane, resource) {
      const endpoint = `${origin}/mcp/${plane}`
      if (resource === endpoint) return true
      const below = resource.startsWith(`${endpoint}/`) ? resource.slice(endpoint.length + 1) : ''
      return /^[a-z][a-z0-9-]{0,23}$/.test(below)
    },
    issuers: () => ({
      size: issuers.size,
      taken: [...issuers.values()].filter((one) => one.accessTokens).map((one) => one.issuer),
      signIns: [...issuers.values()].filter((one) => one.signIn),
      find: (issuer) => [...issuers.values()].find((one) => one.issuer === issuer),
      get: (name) => issuers.get(name),
    }),
    atManager: () =>
      [...issuers.values()]
        .filter(({ signIn }) => signIn?.manager)
        .map((issuer) => ({ issuer, planes: [ops] })),
    revision: () => revision,
  }
  const asDocuments = (plane: PlaneId) => ({
    issuers: sortedMap(byName(issuers)),
    teams: sortedMap(
      byName(teams).map(([name, people]): [string, TeamDocument] => [
        name,
        { apiVersion: 'bailiwick/v1', kind: 'Team', plane, name, people: [...people] },
      ]),
    ),
  })
  return {
    view,
    /** The same issuers and teams in each plane, as people see them. */
    documents: () => new Map([...planes].map((plane) => [plane, asDocuments(plane)])),
    lifetimes,
    longestKeys,
    planes,
    issuers,
    signIns,
    teams,
    /** `plane/client` and `plane/user` of those who are suspended. */
    stopped,
    put(
      plane: PlaneId,
      name: string,
      consumers: string[],
      withSecret: boolean,
      signIn?: AgentDocument['signIn'],
    ) {
      const authenticate = withSecret ? { authenticate: { secret: true as const } } : {}
      const head = { apiVersion: 'bailiwick/v1' as const, kind: 'Agent' as const, plane, name }
      agents.set(`${plane}/${name}`, {
        ...{ ...head, owner: 'someone', consumers, ...authenticate },
        ...(signIn && { signIn }),
      })
      revision++
    },
    putAgent(
      plane: PlaneId,
      name: string,
      authenticate: NonNullable<AgentDocument['authenticate']>,
    ) {
      const head = { apiVersion: 'bailiwick/v1' as const, kind: 'Agent' as const, plane, name }
      const body = { owner: 'someone', consumers: ['workplace-ai'], authenticate }
      agents.set(`${plane}/${name}`, { ...head, ...body })
      revision++
    },
    remove(plane: PlaneId, name: string) {
      agents.delete(`${plane}/${name}`)
      revision++
    },
    touch: () => revision++,
  }
}

const byName = <V>(all: ReadonlyMap<string, V>) => [...all].sort(([a], [b]) => (a < b ? -1 : 1))

const opened: Store[] = []
after(() => Promise.all(opened.map((store) => store.close())))

/** A store in memory with both planes in it, closed when the test file ends. */
async function openTestStore(clock: Clock): Promise<Store> {
  const log = silentLog
  const store = await openStore({ folder: 'memory', appendDeadlineMs: 5000, clock, log })
  opened.push(store)
  const documents = [ops, finance].map((plane) => ({
    ...{ plane, kind: 'Plane' as const, name: plane },
    ...{ before: undefined, after: { body: {}, set: undefined } },
  }))
  const head = { by: 'test', at: clock.now(), why: '', set: undefined, summary: '', diff: '' }
  await store.commit({ ...head, key: undefined, documents, rows: [], onto: 0 })
  return store
}

/** Stands still until a test moves it; one that starts from `'now'` goes as all others do besides. */
export function createTestClock(start: number | 'now' = startMs) {
  let movedMs = 0
  const tickedMs = () => (start === 'now' ? Date.now() : start)
  const tasks = new Set<() => void>()
  const clock: Clock & { nowMs: number; advance(byMs: number): void; ring(): void } = {
    get nowMs() {
      return tickedMs() + movedMs
    },
    set nowMs(nowMs) {
      movedMs = nowMs - tickedMs()
    },
    now: () => clock.nowMs,
    elapsed: () => clock.nowMs,
    after(_, task) {
      tasks.add(task)
      return () => tasks.delete(task)
    },
    advance(byMs) {
      movedMs += byMs
    },
    /** Everything that was put off has its turn. */
    ring() {
      const due = [...tasks]
      tasks.clear()
      for (const task of due) task()
    },
  }
  return clock
}

/** An identity over two planes with agents of every sort, and all that a test may want to turn. */
export async function createWorld({
  origin = 'https://gw.example',
  startAt,
}: {
  origin?: string
  startAt?: Parameters<typeof createTestClock>[0]
} = {}) {
  const policy = createPolicy(origin)
  policy.put(ops, 'planner', ['workplace-ai'], true)
  policy.put(ops, 'lone', ['workplace-ai'], true)
  policy.put(ops, 'shared', ['workplace-ai', 'soc'], true)
  policy.put(ops, 'secretless', ['workplace-ai'], false)
  policy.put(finance, 'planner', ['workplace-ai'], true)
  const clock = createTestClock(startAt)
  const store = await openTestStore(clock)
  const lines: string[] = []
  const log = createLog((line) => lines.push(line), clock.now)
  const random = randomBytes
  const keyring = await createKeyring({ folder: 'memory', values: store.values, random, log })
  const change = await openDoor(store, clock)
  const refusedSignIns: string[] = []
  let isFull = false
  const entering: Entering = {
    enter: async () => {
      if (isFull) throw new Fault('unrecordable')
    },
    enterAfter: async () => {},
    refused: (reason) => void refusedSignIns.push(reason),
  }
  const people = createPeople({
    ...{ store, origin, folder: undefined, clock, random, log, entering },
    planes: () => policy.documents(),
    ended: (person) => identity.endSignIns(person),
  })
  /** What stands at an address outside, as a test puts it there. */
  const documents = new Map<string, string>()
  const fetched: string[] = []
  const fetchDocument: FetchDocument = async (url) => {
    fetched.push(url.href)
    const text = documents.get(url.href)
    return text === undefined ? undefined : Buffer.from(text)
  }
  const issued: TokenIssued[] = []
  const signedIn: SignedIn[] = []
  const refused: string[] = []
  const entries = {
    async enter(one: TokenIssued | SignedIn) {
      if (isFull) throw new Fault('unrecordable')
      if (one.type === 'token.issued') issued.push(one)
      else signedIn.push(one)
    },
    refused: (_: PlaneId, error: string) => void refused.push(error),
  }
  const { view } = policy
  /** By `plane/credential`. */
  const secrets = new Map<string, string>()
  const secretOf = (plane: PlaneId, credential: string) => {
    const secret = secrets.get(`${plane}/${credential}`)
    return secret === undefined ? undefined : Buffer.from(secret)
  }
  const around = { people, fetchDocument, secretOf, clock, random, log, ...entries }
  const parts = { origin, store, change, keyring, view, ...around }
  const start = async () => {
    const identity = await createIdentity(parts)
    change.onChange(({ changes }) => identity.follow(changes))
    return identity
  }
  const identity: Identity = await start()
  const resource = `${origin}/mcp/ops`

  return {
    ...{ origin, policy, parts, store, clock, lines, identity, start, resource },
    ...{ people, documents, fetched, issued, signedIn, refused, secrets, refusedSignIns },
    /** Whether nothing can be recorded from here on. */
    full(is: boolean) {
      isFull = is
    },
    verify: (token: string, plane = ops) => identity.verify(plane, token, clock.now()),
    mint: async (scopes?: string[], client: ClientId = planner, plane = ops) =>
      (await identity.mint(plane, client, `${origin}/mcp/${plane}`, scopes)).token,
    /** The document of an agent says something else now, or is gone; what goes with it goes. */
    async redocument(plane: PlaneId, name: string, body?: Record<string, unknown>) {
      const after = body && { body, set: undefined }
      const document = { plane, kind: 'Agent' as const, name, before: undefined, after }
      const rows = identity.consequence([document], change.current())
      const plan = () => (rows.length > 0 ? { summary: '', diff: '', rows } : undefined)
      await change.execute({ name: 'redocument', plan }, { by: 'test' })
    },
    /** Another key in the plane's list, as a rotation would leave it there. */
    async addKey(at: number, kid: string, alg = 'ES256', plane = ops) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const der = pair.privateKey.export({ format: 'der', type: 'pkcs8' })
      const sealedPrivate = keyring.sealer(plane, 'signing key').seal(der, `signing key ${kid}`)
      const { signingKeys } = store.plane(plane)
      const number = (await signingKeys.list('access')).length + 1
      const about = { purpose: 'access' as const, number, signsFrom: at }
      await signingKeys.add({ kid, alg, publicJwk: '{}', sealedPrivate, at, ...about })
    },
    /** The token under another signature of that key, saying something else too. */
    resign({ key }: { key: KeyObject }, token: string, more: object = {}) {
      const [header = '', payload = ''] = token.split('.')
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
      return signSegments(key, header, encode(JSON.stringify({ ...claims, ...more })))
    },
    /** When what was begun and is awaited nowhere is done. */
    async settled(isDone: () => Promise<boolean>) {
      while (!(await isDone())) await new Promise((resolve) => setImmediate(resolve))
    },
    privateKey: (plane = ops) => openSigningKey(store, keyring, plane),
  }
}
export type World = Awaited<ReturnType<typeof createWorld>>
