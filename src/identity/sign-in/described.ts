import type { Clock } from '#lib/clock.ts'
import { type Described, describe } from './describe.ts'
import type { FetchDocument } from './fetch-document.ts'

export interface DescribedClients {
  /** What the document at that address says of it; undefined where it is not of one of the hosts, or is wrong. */
  find(id: string, hosts: readonly string[]): Promise<Described | undefined>
}

const keptMs = 10 * 60_000
/** Whoever tries again with a wrong one costs one request in this time. */
const missedMs = 30_000
const mostKept = 500

/**
 * Client ID metadata documents (draft-ietf-oauth-client-id-metadata-document). The address is a
 * stranger's to choose, so nothing is fetched but from hosts that the plane's document names.
 */
export const createDescribedClients = (parts: {
  fetchDocument: FetchDocument
  clock: Clock
}): DescribedClients => {
  const { fetchDocument, clock } = parts
  const known = new Map<string, { found: Promise<Described | undefined>; untilMs: number }>()

  const read = async (url: URL): Promise<Described | undefined> => {
    const bytes = await fetchDocument(url)
    const document = bytes && describe(bytes, url.href)
    return typeof document === 'object' ? document : undefined
  }

  return {
    find(id, hosts) {
      const url = documentUrl(id)
      if (!url || !hosts.includes(url.host)) return Promise.resolve(undefined)
      const kept = known.get(id)
      if (kept && clock.elapsed() < kept.untilMs) return kept.found
      const made = { found: read(url), untilMs: Number.POSITIVE_INFINITY }
      known.delete(id)
      known.set(id, made)
      const [oldest] = known.keys()
      if (known.size > mostKept && oldest !== undefined) known.delete(oldest)
      const keep = (forMs: number) => {
        made.untilMs = clock.elapsed() + forMs
      }
      made.found.then(
        (found) => keep(found ? keptMs : missedMs),
        () => known.delete(id),
      )
      return made.found
    },
  }
}

/** The address as the draft wants it (§3): https, with a path, and spelled in one way only. */
const documentUrl = (id: string): URL | undefined => {
  const url = URL.parse(id)
  if (!url || url.href !== id || id.length > 512 || url.protocol !== 'https:') return undefined
  if (url.pathname === '/' || id.includes('#') || url.username !== '' || url.password !== '')
    return undefined
  return url
}
