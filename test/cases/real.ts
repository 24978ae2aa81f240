import { once } from 'node:events'
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { resume, type Suspend, suspend } from '#change/suspend.ts'
import type { Intent, Refused } from '#domain/entry.ts'
import { clientId, planeId } from '#domain/name.ts'
import type { Store } from '#store/store.ts'
import { startHere } from '../gateway/watched.ts'
import { mintSaying } from '../identity/signing.ts'
import { modern } from '../peers/wire.ts'
import { withoutError } from './decided.ts'
import { startFactory } from './factory.ts'
import type { Asked, Written } from './reading.ts'
import type { Answer, Kind } from './world.ts'

const ops = planeId('ops')
const methods = {
  tool: 'tools/call',
  operation: 'tools/call',
  prompt: 'prompts/get',
  resource: 'resources/read',
  template: 'resources/read',
} as const satisfies Record<Kind, string>
const by = { by: 'deniz' }
const inOps = { apiVersion: 'bailiwick/v1', plane: 'ops' }
const standing = [
  { apiVersion: 'bailiwick/v1', kind: 'Plane', name: 'ops' },
  // Has every claim that a condition speaks of: of one that nobody has, none may.
  {
    ...{ ...inOps, kind: 'Agent', name: 'vouched', owner: 'plant', consumers: ['floor'] },
    claims: { line: '1', rank: 1, vetted: true, lines: ['1'] },
  },
]
const textOf = (documents: readonly object[]): string =>
  [...standing, ...documents].map((one) => JSON.stringify(one)).join('\n---\n')

const paths: Readonly<Record<string, string>> = {
  listOrders: '/orders',
  countOrders: '/orders/count',
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Of an MCP answer: `done`, or the reason that its caller is told. */
export const toldIn = (text: string): string => {
  const { result, error } = JSON.parse(text)
  const refusal = result?._meta?.['dev.bailiwick/refusal'] ?? error?.data
  if (refusal?.reason) return refusal.reason
  return error?.code === -32602 ? 'unknown' : error ? `error ${error.code}` : 'done'
}

/** A whole installation in this process, with servers that speak MCP, in which written planes come to stand. */
export async function startReal() {
  const factory = await startFactory()
  const here = await startHere(textOf([{ ...inOps, kind: 'Consumer', name: 'floor' }]))
  const { installation, origin } = here
  const { change } = installation
  const connections = new Agent({ keepAlive: true })
  const tokens = new Map<string, string>()

  const mint = (
    { agent, consumer, user, scopes, ageMs = 0 }: Asked,
    path: string,
  ): Promise<string> => {
    const about = { plane: ops, client: clientId(agent, consumer), resource: origin + path }
    return mintSaying(installation, about, ({ sub, iat }) => ({
      iat: iat - ageMs / 1000,
      exp: iat + 20 * 60,
      ...(scopes && { scope: scopes.join(' ') }),
      ...(user && { sub: user, act: { sub } }),
    }))
  }
  const tokenOf = async (asked: Asked, path: string): Promise<string> => {
    const { agent, consumer, user, scopes, ageMs } = asked
    const key = JSON.stringify([path, agent, consumer, user, scopes, ageMs])
    const token = tokens.get(key) ?? (await mint(asked, path))
    tokens.set(key, token)
    return token
  }

  const exchange = async (path: string, about: RequestOptions, body?: string) => {
    const outbound = request(origin + path, { ...about, agent: connections })
    outbound.end(body)
    const [inbound] = (await once(outbound, 'response')) as [IncomingMessage]
    const text = Buffer.concat(await inbound.toArray()).toString()
    return { status: inbound.statusCode, text }
  }

  const offersOf = ({ offered }: Written, item: string, isLater: boolean) =>
    Object.entries(offered).flatMap(([key, state]) => {
      const [of, kind, ...rest] = key.split('/')
      if (of !== item || (isLater && state === 'absent')) return []
      const description = isLater && state === 'held' ? 'changed' : 'as it was'
      return [{ kind: kind as Kind, name: rest.join('/'), description }]
    })

  return {
    factory,
    installation,
    /**
     * What servers offer when they are first asked, what they have come to since, and who is suspended:
     * whoever is has a token from before.
     */
    async stand(written: Written, calls: readonly Asked[]): Promise<void> {
      const { documents, suspended } = written
      const items = documents.filter(({ kind }) => kind === 'Server').map(({ name }) => name)
      for (const item of items) factory.offers.set(item, offersOf(written, item, false))
      await here.apply(textOf(documents))
      for (const item of items) {
        await installation.refresh(ops, item)
        factory.offers.set(item, offersOf(written, item, true))
        await installation.refresh(ops, item)
      }
      for (const asked of calls) {
        await tokenOf(asked, '/mcp/ops')
        if (asked.kind === 'operation') await tokenOf(asked, `/rest/ops/${asked.item}`)
      }
      for (const key of Object.keys(suspended))
        await change.execute(suspend(targetOf(key), 'a test'), by)
    },
    async letGo({ suspended }: Written): Promise<void> {
      for (const key of Object.keys(suspended)) await change.execute(resume(targetOf(key)), by)
    },
    /** Over MCP, as its caller; `atPlane`: by its name at the plane's endpoint. */
    async call(asked: Asked, atPlane: boolean): Promise<string> {
      const { item, kind, name, args } = asked
      const named = { name: atPlane ? `${item}__${name}` : name, arguments: args }
      const { headers, body } = modern(methods[kind], kind === 'resource' ? { uri: name } : named)
      const path = `/mcp/ops${atPlane ? '' : `/${item}`}`
      const accept = 'application/json, text/event-stream'
      const content = { 'content-type': 'application/json', accept }
      const token = await tokenOf(asked, '/mcp/ops')
      const about = { method: 'POST', headers: { ...content, ...headers, ...bearer(token) } }
      return toldIn((await exchange(path, about, JSON.stringify(body))).text)
    },
    /** An operation over REST, its arguments in the query. */
    async callRest(asked: Asked): Promise<string> {
      const { item, name, args } = asked
      const base = `/rest/ops/${item}`
      const query = new URLSearchParams(args as Record<string, string>)
      const headers = bearer(await tokenOf(asked, base))
      const { status, text } = await exchange(`${base}${paths[name]}?${query}`, { headers })
      if (status === 200) return 'done'
      return status === 404 ? 'unknown' : JSON.parse(text).reason
    },
    /** What the ledger says of the last calls: of whom, of what, and what came of it. */
    async entries(most: number): Promise<string[]> {
      const { store } = installation as typeof installation & { store: Store }
      const types = ['call.intent', 'call.refused'] as const
      const found = await store.plane(ops).ledger.readBack(undefined, most, { types })
      return found.map(({ entry }) => {
        const { agent, consumer, user = '', server, kind, name } = entry as Intent | Refused
        const answer = answerIn(entry as Intent | Refused)
        return JSON.stringify([agent, consumer, user, server, kind, name, answer])
      })
    },
    async stop() {
      connections.destroy()
      await here.stop()
      factory.stop()
    },
  }
}
export type Real = Awaited<ReturnType<typeof startReal>>

const answerIn = (entry: Intent | Refused): Answer =>
  entry.type === 'call.intent'
    ? {
        reason: 'permitted',
        because: `grant ${entry.grant}`,
        counted: [...entry.quotas].sort(),
      }
    : { reason: entry.reason, because: withoutError(entry.because) }

const targetOf = (key: string): Suspend => {
  const [kind = ''] = key.split('/')
  return { plane: ops, kind: kind as Suspend['kind'], name: key.slice(`${kind}/`.length) }
}
