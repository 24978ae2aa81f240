import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { State } from '#telemetry/state.ts'
import type { Parts } from './assemble.ts'

/** What telemetry reads of the parts, as they stand. */
export const figuresOf = (
  parts: Pick<Parts, 'change' | 'ledger' | 'store' | 'keeper' | 'upstreams' | 'apis'>,
  about: {
    clock: Clock
    ready(): { readonly ready: boolean }
    /** Requests in work. */
    inside(): number
    open(): { readonly parked: number; readonly sessions: number }
  },
): State => {
  const { change, ledger, store, keeper } = parts
  return {
    planes: () => change.current().planes.keys(),
    ledger(name) {
      const plane = name as PlaneId
      return {
        waiting: store.plane(plane).ledger.waiting,
        state: ledger.plane(plane).room(about.clock.now()),
        followers: ledger.followers(plane),
      }
    },
    tree: (plane) => keeper.status(plane as PlaneId),
    *servers(name) {
      const plane = name as PlaneId
      for (const { server, health } of parts.upstreams.list(plane))
        yield { server, isUp: health.state === 'up', restarts: health.restarts }
      for (const api of change.current().planes.get(plane)?.apis.keys() ?? []) {
        const state = parts.apis.find(plane, api)?.health.state ?? 'starting'
        if (state !== 'starting') yield { server: api, isUp: state === 'up', restarts: undefined }
      }
    },
    installation: () => ({
      isReady: about.ready().ready,
      isReachable: store.reachable,
      revision: change.current().revision,
      exchanges: about.inside(),
      ...about.open(),
    }),
  }
}
