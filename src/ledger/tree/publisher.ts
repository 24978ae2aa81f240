import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import type { Published, PublishedPlace } from './published.ts'

/** Brings checkpoints out. Whatever becomes of it, no call waits for it and none is refused for it. */
export interface Publisher {
  /** What each place has as the newest of a plane. Rejects where one cannot be read. */
  newest(plane: PlaneId): Promise<{ readonly place: string; readonly note: string }[]>
  publish(plane: PlaneId, published: Published): void
  /** Why the last one of a plane could not be published somewhere; undefined where it could. */
  problem(plane: PlaneId): string | undefined
  /** Resolves when everything is out, or after seconds. */
  settled(): Promise<void>
}

const settleMs = 5000

export const createPublisher = ({
  places,
  clock,
  log,
}: {
  places: readonly PublishedPlace[]
  clock: Clock
  log: Log
}): Publisher => {
  const outlets = places.map((place) => createOutlet(place, log))
  return {
    async newest(plane) {
      const found = await Promise.all(
        places.map(async (place) => {
          const note = await place.newest(plane)
          return note === undefined ? [] : [{ place: place.name, note }]
        }),
      )
      return found.flat()
    },
    publish(plane, published) {
      for (const outlet of outlets) outlet.publish(plane, published)
    },
    problem: (plane) =>
      outlets.map(({ problem }) => problem(plane)).find((problem) => problem !== undefined),
    async settled() {
      const late = Promise.withResolvers<void>()
      const cancel = clock.after(settleMs, late.resolve)
      await Promise.race([Promise.all(outlets.map(({ settled }) => settled())), late.promise])
      cancel()
    },
  }
}

/**
 * One place, one thing at a time: where it hangs, as a network's folder may, one operation of it
 * hangs, and what waits behind it is the newest checkpoint of each plane.
 */
const createOutlet = (place: PublishedPlace, log: Log) => {
  const waiting = new Map<PlaneId, Published>()
  const problems = new Map<PlaneId, string>()
  let pumping: Promise<void> | undefined

  const pump = async (): Promise<void> => {
    for (;;) {
      const [next] = waiting
      if (next === undefined) {
        pumping = undefined
        return
      }
      const [plane, published] = next
      waiting.delete(plane)
      try {
        await place.put(plane, published)
        works(plane)
      } catch (error) {
        fails(plane, error)
      }
    }
  }
  const works = (plane: PlaneId): void => {
    if (problems.delete(plane)) log.info('ledger.published', { plane, place: place.name })
  }
  const fails = (plane: PlaneId, error: unknown): void => {
    const problem = error instanceof Error ? error.message : 'unknown'
    const known = problems.has(plane)
    problems.set(plane, `${place.name}: ${problem}`)
    if (!known) log.error('ledger.unpublished', { plane, place: place.name, problem })
  }

  return {
    publish(plane: PlaneId, published: Published): void {
      waiting.set(plane, published)
      pumping ??= pump()
    },
    problem: (plane: PlaneId): string | undefined => problems.get(plane),
    settled: async (): Promise<void> => pumping,
  }
}
