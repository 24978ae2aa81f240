import { hash } from 'node:crypto'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import type { CallerView } from '#policy/policy.ts'
import type { Caller } from './exchange.ts'
import { kindAt, type Listable, type Listing } from './lists.ts'
import type { ServerNotices } from './server-notices.ts'
import { createWake } from './wake.ts'

export const listKinds = ['tools', 'prompts', 'resources'] as const
export type ListKind = (typeof listKinds)[number]

/** Somebody who wants to hear when its own lists change. */
export interface Listener {
  readonly caller: Caller
  readonly kinds: ReadonlySet<ListKind>
  /** What its lists are answered from, for the view that is in force. */
  listing(view: CallerView): Listing
  tell(kind: ListKind): void
  /** This process stops. */
  end(): void
}

/**
 * Tells callers that their lists changed: those whose own did, whatever changed it (a policy, a release,
 * what a server offers, the end of a grant), and nobody else, since that something changed is news too
 * (trust.md). A server's own word for it is never passed on: it is asked, and then its definitions speak.
 */
export interface ListChanges {
  /** The answer must be called once it is over. */
  add(listener: Listener): () => void
  /** Something else is in force in these planes, or another server there can be spoken to. */
  follow(planes: readonly PlaneId[]): void
  /** Ends all listeners. */
  close(): void
}

/** What one turn may take of the thread that serves calls. */
const perTurnMs = 2
/** Of many changes in a row, each listener hears at most so often. */
const restMs = 250

export const createListChanges = (parts: {
  snapshot(plane: PlaneId): PlaneSnapshot
  now(): number
  clock: Pick<Clock, 'elapsed' | 'after'>
  /** Servers are listened to for as long as somebody does here. */
  notices: ServerNotices
  /** Runs a task when others have had their turn. */
  later?(task: () => void): void
}): ListChanges => {
  const { clock, now, later = setImmediate } = parts
  const planes = new Map<PlaneId, Here>()

  const examine = (held: Held): void => {
    const { listener } = held
    const { plane, who } = listener.caller.view
    const view = parts.snapshot(plane).caller(who)
    // Whoever is gone is ended by what it stands on.
    if (!view) return
    const at = now()
    const before = held.seen
    held.seen = see(listener, view, at, before)
    wake(held.seen.until)
    if (!before) return
    for (const kind of listener.kinds) if (differs(before, held.seen, kind)) listener.tell(kind)
  }

  const turn = (here: Here): void => {
    for (const until = clock.elapsed() + perTurnMs; clock.elapsed() < until; ) {
      const next = here.pass?.next()
      if (!next || next.done) {
        rest(here)
        return
      }
      examine(next.value)
    }
    later(() => turn(here))
  }
  /** Whatever moved during a pass is one more pass, after a rest. */
  const rest = (here: Here): void => {
    here.pass = undefined
    here.rests = true
    clock.after(restMs, () => {
      here.rests = false
      if (here.again) begin(here)
    })
  }
  const begin = (here: Here): void => {
    if (here.pass || here.rests) {
      here.again = true
      return
    }
    here.again = false
    here.pass = here.all.values()
    later(() => turn(here))
  }

  const wake = createWake({
    clock,
    now,
    ring() {
      for (const here of planes.values()) {
        if (here.all.size > 0) begin(here)
      }
    },
  })

  return {
    add(listener) {
      const { plane } = listener.caller.view
      const here = planes.get(plane) ?? {
        all: new Set(),
        pass: undefined,
        rests: false,
        again: false,
      }
      planes.set(plane, here)
      const held: Held = { listener, seen: undefined }
      examine(held)
      here.all.add(held)
      const unwant = parts.notices.want(plane)
      return () => {
        if (here.all.delete(held)) unwant()
      }
    },
    follow(moved) {
      for (const plane of moved) {
        const here = planes.get(plane)
        if (here && here.all.size > 0) begin(here)
      }
    },
    close() {
      for (const here of planes.values()) for (const { listener } of here.all) listener.end()
    },
  }
}

interface Here {
  readonly all: Set<Held>
  pass: SetIterator<Held> | undefined
  rests: boolean
  again: boolean
}

interface Held {
  readonly listener: Listener
  seen: Seen | undefined
}

/** What a caller's lists were when they were last looked at. */
interface Seen {
  readonly basis: readonly unknown[]
  /** When time may next change it. */
  readonly until: number
  readonly servers: ReadonlyMap<string, SeenServer>
}
interface SeenServer {
  /** What stands for the state that the server was in. */
  readonly state: unknown
  readonly spoken: boolean
  /** A fingerprint of each list; empty for an empty one. */
  readonly lists: Readonly<Record<ListKind, string>>
}

/** Of what is as it was nothing is looked into again: a change costs what it touches. */
const see = (listener: Listener, view: CallerView, at: number, before: Seen | undefined): Seen => {
  const listing = listener.listing(view)
  const basis = [...view.basis(at), listing.searches]
  const isSame = before && at < before.until && isEqual(before.basis, basis)
  const servers = new Map<string, SeenServer>()
  for (const [name, state] of view.states) {
    if (listing.server !== undefined && listing.server !== name) continue
    const spoken = listing.server !== undefined || listing.spoken(name)
    const known = isSame ? before.servers.get(name) : undefined
    const isAsItWas = known?.state === state && known?.spoken === spoken
    const lists = known && isAsItWas ? known.lists : spoken ? printsOf(listing, name) : noLists
    servers.set(name, { state, spoken, lists })
  }
  // What is listed in the place of tools.
  const lists = listing.searches ? { ...noLists, tools: 'searched' } : noLists
  servers.set('', { state: undefined, spoken: true, lists })
  return { basis, until: view.endsAfter(at), servers }
}

const noLists = { tools: '', prompts: '', resources: '' }

const isEqual = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((one, at) => one === b[at])

const printsOf = (listing: Listing, server: string): SeenServer['lists'] => ({
  tools: listing.searches ? '' : print(listing, server, ['tool']),
  prompts: print(listing, server, ['prompt']),
  resources: print(listing, server, ['resource', 'template']),
})

/** Of what its own server calls so: what it is called at the endpoint hangs on that alone. */
const print = (listing: Listing, server: string, kinds: readonly Listable[]): string => {
  const { view, now } = listing
  let text = ''
  for (const kind of kinds)
    for (const { name, fingerprint } of view.list(server, kindAt(listing, server, kind), now))
      text += `${name} ${fingerprint}\n`
  return text === '' ? '' : hash('sha256', `${text}${view.isDeprecated(server)}`)
}

const differs = (before: Seen, after: Seen, kind: ListKind): boolean => {
  const names = new Set([...before.servers.keys(), ...after.servers.keys()])
  const of = ({ servers }: Seen, name: string) => servers.get(name)?.lists[kind] ?? ''
  return names.values().some((name) => of(before, name) !== of(after, name))
}
