import type { ApiDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import { type Api, type OpenedApi, openApi } from './api.ts'
import { defaultUpstreamLimits, type UpstreamLimits } from './connection.ts'

/** The APIs of all planes; follows the documents. */
export interface Apis {
  find(plane: PlaneId, api: string): Api | undefined
  /** Brings them to what the documents say: opens new ones, closes those that are gone or changed. */
  follow(plane: PlaneId, documents: readonly ApiDocument[]): Promise<void>
  close(): Promise<void>
}

export function createApis(options: {
  clock: Clock
  log: Log
  limits?: Partial<UpstreamLimits>
}): Apis {
  const ground = { ...options, limits: { ...defaultUpstreamLimits, ...options.limits } }
  const planes = new Map<PlaneId, ReadonlyMap<string, Held>>()
  const leaving = new Set<Promise<void>>()

  const retire = ({ api }: Held): void => {
    const gone = api?.retire(ground.limits.drainMs).finally(() => leaving.delete(gone ?? never))
    if (gone) leaving.add(gone)
  }

  return {
    find: (plane, name) => planes.get(plane)?.get(name)?.api,
    async follow(plane, documents) {
      const before = planes.get(plane) ?? new Map<string, Held>()
      const after = new Map<string, Held>()
      for (const document of documents) {
        const held = before.get(document.name)
        const isSame = held !== undefined && isServedAlike(held.document, document)
        after.set(document.name, isSame ? held : { document, api: await openApi(document, ground) })
      }
      planes.set(plane, after)
      for (const [name, held] of before) if (after.get(name) !== held) retire(held)
    },
    async close() {
      const held = [...planes.values()].flatMap((apis) => [...apis.values()])
      planes.clear()
      await Promise.all([...held.map(({ api }) => api?.close()), ...leaving])
    },
  }
}

interface Held {
  readonly document: ApiDocument
  readonly api: OpenedApi | undefined
}

const never = Promise.resolve()

/** Where it is, what it says of itself and what it is lent; labels and classifications do not touch it. */
const isServedAlike = (a: ApiDocument, b: ApiDocument): boolean =>
  a === b ||
  (a.upstream.url === b.upstream.url &&
    a.upstream.openapi === b.upstream.openapi &&
    a.tools === b.tools &&
    JSON.stringify(a.credential) === JSON.stringify(b.credential))
