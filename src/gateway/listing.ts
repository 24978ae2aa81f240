import type { Bridges } from '#bridge/bridge.ts'
import type { PlaneDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Era } from '#mcp/revisions.ts'
import type { CallerView } from '#policy/policy.ts'
import type { Apis } from '#upstream/apis.ts'
import type { Upstreams } from '#upstream/upstream.ts'
import type { Exchange } from './exchange.ts'
import type { Listing } from './lists.ts'
import { carriesTasks } from './task-call.ts'

/** What somebody's lists at an endpoint are answered from, in the era they speak. */
export type ListingOf = (
  exchange: Pick<Exchange, 'plane' | 'server'>,
  view: CallerView,
  era: Era,
) => Listing

export const createListing =
  (parts: {
    upstreams: Pick<Upstreams, 'find'>
    bridges: Pick<Bridges, 'spoken'>
    apis: Pick<Apis, 'find'>
    planeDocument(plane: PlaneId): PlaneDocument | undefined
    now(): number
  }): ListingOf =>
  ({ plane, server }, view, era) => {
    const isApi = (item: string) => parts.apis.find(plane, item)?.offersTools === true
    const spoken = (item: string) => {
      if (isApi(item)) return true
      const upstream = parts.upstreams.find(plane, item)
      return upstream !== undefined && parts.bridges.spoken(upstream, era) !== undefined
    }
    const searches = server === undefined && parts.planeDocument(plane)?.endpoint?.search === true
    const beginsTasks = () => {
      const found = server === undefined ? undefined : parts.upstreams.find(plane, server)
      const upstream = found && parts.bridges.spoken(found, era)
      return upstream !== undefined && carriesTasks(upstream, era)
    }
    return { view, server, now: parts.now(), spoken, isApi, searches, beginsTasks }
  }
