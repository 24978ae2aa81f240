import type { OperationAnswer, OperationInput, OperationName } from '#edge/control/operations.ts'
import { Fault } from '#lib/fault.ts'
import { type Api, createApi } from './api.ts'
import type { Control } from './control.ts'
import { piecesIn } from './pieces.ts'
import { overRoutes } from './remote-suspensions.ts'

/**
 * The routes answer what the operations do, for both call the same functions; in JSON, where what is
 * undefined is absent.
 */
type Asking = {
  [N in OperationName]?: (api: Api, input: OperationInput<N>) => Promise<unknown>
}

/** The operations of the terminal over the Manager's API, as the person who is signed in there. */
export const overApi = (origin: string, token: string): Control => {
  const api = createApi(origin, token)
  return {
    serving: true,
    async ask<N extends OperationName>(name: N, input: OperationInput<N>) {
      const run = asking[name]
      if (!run)
        throw new Fault('usage', {
          detail: `"${name}" works on the machine itself, not over --url.`,
        })
      return (await run(api, input)) as OperationAnswer<N>
    },
    async *exportLedger({ plane, ...body }) {
      const path = { plane: await planeFor(api, plane) }
      const about = { path, body }
      const { response, faultOf } = await api.stream('POST', '/planes/{plane}/ledger/export', about)
      yield* piecesIn(response, faultOf)
    },
    close: async () => {},
  }
}

/** The plane that was named, else the only one in which this person has a role. */
const planeFor = async (api: Api, written: string | undefined): Promise<string> => {
  if (written !== undefined) return written
  const planes = await planesOf(api)
  const [first, ...others] = planes
  if (first !== undefined && others.length === 0) return first
  throw new Fault('usage', {
    detail:
      first === undefined
        ? 'You have no role in any plane.'
        : `Name the plane: ${planes.join(', ')}.`,
  })
}

const planesOf = async (api: Api): Promise<string[]> => {
  const items = await allOf((query) => api.ask('GET', '/planes', { query }))
  return items.map(({ document }) => document.name)
}

const chosen = async (api: Api, written: string | undefined): Promise<string[]> =>
  written === undefined ? planesOf(api) : [written]

const allOf = async <T>(
  ask: (query: { after?: string }) => Promise<{ items: T[]; next?: string | undefined }>,
): Promise<T[]> => {
  const all: T[] = []
  for (let after: string | undefined; ; ) {
    const page = await ask(after === undefined ? {} : { after })
    all.push(...page.items)
    if (page.next === undefined) return all
    after = page.next
  }
}

/** Of every plane that was meant, those in which this person may: a list is not refused for the others. */
const overPlanes = async <T>(
  api: Api,
  written: string | undefined,
  ask: (plane: string) => Promise<T[]>,
): Promise<T[]> => {
  const all: T[] = []
  for (const plane of await chosen(api, written))
    try {
      all.push(...(await ask(plane)))
    } catch (thrown) {
      if (written !== undefined || !isMissing(thrown)) throw thrown
    }
  return all
}

const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Fault && thrown.code === 'not_permitted'

const asking: Asking = {
  async status(api, { plane }) {
    const { planes, ...rest } = await api.ask('GET', '/status')
    if (plane !== undefined && !planes.some((one) => one.plane === plane))
      throw new Fault('unknown_name', { detail: `There is no plane "${plane}" for you.` })
    const shown = planes.filter((one) => plane === undefined || one.plane === plane)
    return { ...rest, pid: undefined, serving: true, dataFolder: undefined, planes: shown }
  },
  apply: (api, body) => api.ask('POST', '/apply', { body }),
  async export(api, { plane }) {
    const parts = await overPlanes(api, plane, async (one) => [
      await api.ask('GET', '/planes/{plane}/export', { path: { plane: one } }),
    ])
    return { yaml: parts.map(({ yaml }) => yaml).join('---\n') }
  },
  async credSet(api, { plane, credential, secret }) {
    const path = { plane: await planeFor(api, plane), name: credential }
    return api.ask('PUT', '/planes/{plane}/credentials/{name}/secret', { path, body: { secret } })
  },
  async credRemove(api, { plane, credential }) {
    const path = { plane: await planeFor(api, plane), name: credential }
    return api.ask('DELETE', '/planes/{plane}/credentials/{name}/secret', { path })
  },
  credList: (api, { plane }) =>
    overPlanes(api, plane, (one) =>
      allOf((query) =>
        api.ask('GET', '/planes/{plane}/status/credentials', { path: { plane: one }, query }),
      ),
    ),
  async agentSecret(api, { plane, client }) {
    const [name = '', consumer] = client.split('@')
    const path = { plane: await planeFor(api, plane), name }
    return api.ask('POST', '/planes/{plane}/agents/{name}/secret', { path, body: { consumer } })
  },
  async apiKeyNew(api, { plane, client, reason, ...asked }) {
    const [name = '', consumer] = client.split('@')
    const path = { plane: await planeFor(api, plane), name }
    const body = { ...asked, consumer, reason }
    return api.ask('POST', '/planes/{plane}/agents/{name}/keys', { path, body })
  },
  async apiKeys(api, { plane, client }) {
    const rows = await overPlanes(api, plane, (one) =>
      allOf((query) => {
        const about = { path: { plane: one }, query: { ...query, client } }
        return api.ask('GET', '/planes/{plane}/api-keys', about)
      }),
    )
    return rows.sort((a, b) => (a.id > b.id ? -1 : 1))
  },
  async apiKeyRevoke(api, { plane, client, ...body }) {
    const [name = '', consumer] = client.split('@')
    const path = { plane: await planeFor(api, plane), name }
    const about = { path, body: { ...body, consumer } }
    return api.ask('POST', '/planes/{plane}/agents/{name}/keys/revoke', about)
  },
  async revoke(api, { plane, kind, name, reason }) {
    const here = await planeFor(api, plane)
    if (kind === 'user') {
      const about = { path: { plane: here }, body: { user: name, reason } }
      return api.ask('POST', '/planes/{plane}/users/revoke', about)
    }
    const [agent = '', consumer] = name.split('@')
    const about = { path: { plane: here, name: agent }, body: { consumer, reason } }
    return api.ask('POST', '/planes/{plane}/agents/{name}/revoke', about)
  },
  async passkeys(api, { person }) {
    const about = { path: { person } }
    const { items } = await api.ask('GET', '/people/{person}/passkeys', about)
    return items.map((one) => ({ person, ...one }))
  },
  async passkeyRevoke(api, { person, id }) {
    await api.ask('DELETE', '/people/{person}/passkeys/{passkey}', {
      path: { person, passkey: id },
    })
    return { person, id }
  },
  issuerKeyroll: (api, { plane, atOnce }) =>
    api.ask('POST', '/planes/{plane}/issuer/key', { path: { plane }, body: { atOnce } }),
  agentList: (api, { plane }) =>
    overPlanes(api, plane, (one) =>
      allOf((query) =>
        api.ask('GET', '/planes/{plane}/status/agents', { path: { plane: one }, query }),
      ),
    ),
  async suspend(api, { plane, ...meant }) {
    return overRoutes(api, 'suspend', await planeFor(api, plane), meant)
  },
  async resume(api, { plane, ...meant }) {
    return overRoutes(api, 'resume', await planeFor(api, plane), meant)
  },
  async suspensions(api, { plane }) {
    const rows = await overPlanes(api, plane, (one) =>
      allOf((query) =>
        api.ask('GET', '/planes/{plane}/suspensions', { path: { plane: one }, query }),
      ),
    )
    return rows.sort((a, b) => b.revision - a.revision)
  },
  async revisions(api, { most }) {
    return (await api.ask('GET', '/revisions', { query: { limit: String(most) } })).items
  },
  revision: (api, { revision }) =>
    api.ask('GET', '/revisions/{revision}', { path: { revision: String(revision) } }),
  restore: (api, { revision, ...body }) =>
    api.ask('POST', '/revisions/{revision}/restore', {
      path: { revision: String(revision) },
      body,
    }),
  serverList: (api, { plane }) =>
    overPlanes(api, plane, (one) =>
      allOf((query) =>
        api.ask('GET', '/planes/{plane}/status/servers', { path: { plane: one }, query }),
      ),
    ),
  async serverShow(api, { plane, server }) {
    const path = { plane: await planeFor(api, plane), name: server }
    return api.ask('GET', '/planes/{plane}/status/servers/{name}', { path })
  },
  async serverClassify(api, { plane, server, ...body }) {
    const path = { plane: await planeFor(api, plane), name: server }
    return api.ask('POST', '/planes/{plane}/servers/{name}/classify', { path, body })
  },
  async serverLifeCycle(api, { plane, server, ...body }) {
    const path = { plane: await planeFor(api, plane), name: server }
    return api.ask('POST', '/planes/{plane}/servers/{name}/life-cycle', { path, body })
  },
  async serverRelease(api, { plane, server, name, kind, fingerprint }) {
    const path = { plane: await planeFor(api, plane), name: server }
    const shown = fingerprint ?? (await observedOf(api, path, name, kind))
    const body = { name, kind, fingerprint: shown }
    return api.ask('POST', '/planes/{plane}/servers/{name}/release', { path, body })
  },
  async serverReleaseAll(api, { plane, server, fingerprint }) {
    const path = { plane: await planeFor(api, plane), name: server }
    const body = { fingerprint }
    return api.ask('POST', '/planes/{plane}/servers/{name}/release-all', { path, body })
  },
  async serverVersions(api, { plane, server, name, kind, from, to }) {
    const path = { plane: await planeFor(api, plane), name: server }
    const query = { capability: name, kind, from: from?.toString(), to: to?.toString() }
    return api.ask('GET', '/planes/{plane}/status/servers/{name}/versions', { path, query })
  },
  calls: async (api, { plane, before, most, ...asked }) =>
    overPlanes(api, await planeOf(api, plane, before), async (one) => {
      const query = { ...asked, ...afterOf(before), limit: String(Math.min(most, mostOfPage)) }
      const page = await api.ask('GET', '/planes/{plane}/calls', { path: { plane: one }, query })
      return [{ ...page, plane: one, next: page.next && Number(page.next) }]
    }),
  callCount: async (api, { plane, before, ...asked }) =>
    overPlanes(api, await planeOf(api, plane, before), async (one) => {
      const query = { ...asked, ...afterOf(before) }
      const path = { plane: one }
      const part = await api.ask('GET', '/planes/{plane}/calls/count', { path, query })
      return [{ ...part, plane: one, next: part.next && Number(part.next) }]
    }),
  callHistogram: (api, { plane, ...query }) =>
    overPlanes(api, plane, async (one) => {
      const path = { plane: one }
      const part = await api.ask('GET', '/planes/{plane}/calls/histogram', { path, query })
      return [{ ...part, plane: one }]
    }),
  callFacets: (api, { plane, top, ...asked }) =>
    overPlanes(api, plane, async (one) => {
      const about = { path: { plane: one }, query: { ...asked, top: String(top) } }
      const part = await api.ask('GET', '/planes/{plane}/calls/facets', about)
      return [{ ...part, plane: one }]
    }),
  callDifference: (api, { plane, top, ...asked }) =>
    overPlanes(api, plane, async (one) => {
      const about = { path: { plane: one }, query: { ...asked, top: String(top) } }
      const part = await api.ask('GET', '/planes/{plane}/calls/difference', about)
      return [{ ...part, plane: one }]
    }),
  async why(api, { plane, call, atItsTime }) {
    for (const one of await chosen(api, plane))
      try {
        const path = { plane: one, call }
        const query = atItsTime ? { atItsTime: 'true' } : {}
        return await api.ask('GET', '/planes/{plane}/calls/{call}', { path, query })
      } catch (thrown) {
        const code = thrown instanceof Fault ? thrown.code : undefined
        if (code !== 'unknown_name' && code !== 'not_permitted') throw thrown
      }
    throw new Fault('unknown_name', { detail: `There is no call "${call}" for you.` })
  },
  async recorded(api, { plane, call, reason }) {
    const path = { plane: await planeFor(api, plane), call }
    return api.ask('GET', '/planes/{plane}/calls/{call}/recorded', { path, query: { reason } })
  },
  async ledgerKeys(api, { plane }) {
    const path = { plane: await planeFor(api, plane) }
    return api.ask('GET', '/planes/{plane}/ledger/keys', { path })
  },
  async ledgerProve(api, { plane, position }) {
    const path = { plane: await planeFor(api, plane), position: String(position) }
    return api.ask('GET', '/planes/{plane}/ledger/entries/{position}/proof', { path })
  },
  ledgerKeyroll: (api, { plane }) =>
    api.ask('POST', '/planes/{plane}/ledger/key', { path: { plane }, body: {} }),
  ledgerAccept: (api, { plane, reason }) =>
    api.ask('POST', '/planes/{plane}/ledger/accept', { path: { plane }, body: { reason } }),
  async reindex(api, { plane, goesOn }) {
    const path = { plane: await planeFor(api, plane) }
    return api.ask('POST', '/planes/{plane}/ledger/reindex', { path, body: { goesOn } })
  },
  async erase(api, { plane, ...body }) {
    const path = { plane: await planeFor(api, plane) }
    return api.ask('POST', '/planes/{plane}/erase', { path, body })
  },
  async can(api, { plane, ...body }) {
    const path = { plane: await planeFor(api, plane) }
    return await api.ask('POST', '/planes/{plane}/can', { path, body })
  },
  async policyTest(api, { plane, draft }) {
    const chosen = draft ? await planeFor(api, plane) : plane
    return await overPlanes(api, chosen, async (one) => {
      const about = { path: { plane: one }, body: { draft } }
      const tested = await api.ask('POST', '/planes/{plane}/policy/test', about)
      return [{ plane: one, ...tested }]
    })
  },
  async policyReplay(api, { plane, ...body }) {
    const path = { plane: await planeFor(api, plane) }
    return await api.ask('POST', '/planes/{plane}/policy/replay', { path, body })
  },
}

const mostOfPage = 500
/** A position is of one plane's ledger. */
const planeOf = async (api: Api, plane: string | undefined, before: number | undefined) =>
  before === undefined ? plane : await planeFor(api, plane)
const afterOf = (before: number | undefined) =>
  before === undefined ? {} : { after: String(before) }

/** What is held now, where nobody says what he saw. */
const observedOf = async (
  api: Api,
  path: { plane: string; name: string },
  name: string,
  kind: string | undefined,
): Promise<string> => {
  const { capabilities } = await api.ask('GET', '/planes/{plane}/status/servers/{name}', { path })
  const held = capabilities.find((one) => one.name === name && (kind ?? one.kind) === one.kind)
  if (held?.observed !== undefined) return held.observed
  throw new Fault('unknown_name', { detail: `Nothing named "${name}" is held there.` })
}
