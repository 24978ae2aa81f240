import type { PlanePolicy } from '#change/change.ts'
import { type PlaneId, planeId } from '#domain/name.ts'
import type { Permission } from '#domain/roles.ts'
import { readAsk, type WrittenAsk } from '#ledger/ask.ts'
import { argumentOf, type CallFilter, isOfArgument, type Term } from '#ledger/filter.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import type { CallsSought } from '#ledger/search.ts'
import { Fault } from '#lib/fault.ts'
import { didYouMean } from '#lib/nearest.ts'
import { choosePlanes, type Desk, findPlane } from './desk.ts'
import { hideRulesOfCall } from './hidden-rules.ts'
import { createIndexing } from './indexing.ts'

export interface CallRow extends CallRecord {
  readonly plane: string
}

/** What somebody may read: what they may not is in no answer. */
export interface Sight {
  call(plane: PlanePolicy, record: CallRecord): boolean
  /** All calls of a server. */
  server(plane: PlanePolicy, server: string): boolean
  /** What calls of a server were made with. */
  arguments(plane: PlanePolicy, server: string): boolean
  /** What stands in a plane under names of this kind. */
  names(plane: PlanePolicy, needs: Permission): boolean
}

/** Whoever administers the machine itself. */
export const everything: Sight = {
  call: () => true,
  server: () => true,
  arguments: () => true,
  names: () => true,
}

export interface Looked {
  readonly plane: string
  /** The `before` with which to go on; undefined: everything has been looked at. */
  readonly next: number | undefined
  /** Refusals of floods that were counted without saying whose they were: in no answer. */
  readonly unnamed: number
  /** What was asked for by a name that does not stand now. */
  readonly unknown: readonly Unknown[]
}
export interface CallPage extends Looked {
  readonly items: readonly CallRow[]
}
export interface CallCount extends Looked {
  readonly count: number
}
export interface Unknown {
  readonly field: 'agent' | 'consumer' | 'server'
  readonly value: string
  /** `; did you mean planner?`, or empty. */
  readonly meant: string
}

export interface Asking extends WrittenAsk {
  readonly plane?: string | undefined
  /** Below this position, which is of one plane. */
  readonly before?: number | undefined
}

/** Of the plane that was named or of each: the newest calls that are asked for, a bounded look at each ledger. */
export const askCalls = (
  desk: Desk,
  input: Asking & { readonly most: number },
  sight: Sight = everything,
): Promise<CallPage[]> => {
  const { most } = input
  return inEach(desk, input, sight, async (sought, looked) => {
    const { records, ...rest } = await desk.installation.calls.search({ ...sought, most })
    const plane = findPlane(desk.installation.change.current(), looked.plane).policy
    const told = sight.names(plane, 'rules.read') ? records : records.map(hideRulesOfCall)
    return { ...looked, ...rest, items: told.map((one) => ({ ...one, plane: looked.plane })) }
  })
}

/** How many they are. */
export const countCalls = (
  desk: Desk,
  input: Asking,
  sight: Sight = everything,
): Promise<CallCount[]> =>
  inEach(desk, input, sight, async (sought, looked) => ({
    ...looked,
    ...(await desk.installation.calls.count(sought)),
  }))

/** `counted`: fields of which the values are told; of an argument they are to be recorded. */
export const inEach = <T>(
  desk: Desk,
  input: Asking,
  sight: Sight,
  ask: (
    sought: CallsSought,
    looked: Pick<Looked, 'plane' | 'unknown'>,
    check: (filter: CallFilter) => void,
  ) => Promise<T>,
  counted: readonly Term['field'][] = [],
): Promise<T[]> => {
  const filter = readAsk(input, desk.clock.now())
  const { before } = input
  const current = desk.installation.change.current()
  const planes =
    before === undefined ? choosePlanes(current, input.plane) : [findPlane(current, input.plane).id]
  return Promise.all(
    planes.map((id) => {
      const plane = findPlane(current, id).policy
      const indexing = indexingOf(desk, plane, sight)
      const { takes } = indexing
      const check = (about: CallFilter): void => {
        if (!sight.names(plane, 'rules.read')) refuseRules(about.terms)
        indexing.check(about)
      }
      const told = counted.map((field): Term => ({ field, values: [], not: true }))
      if (!sight.names(plane, 'rules.read')) refuseRules(told)
      check({ ...filter, terms: [...filter.terms, ...told.filter(isOfArgument)] })
      for (const { field } of told.filter(isOfArgument))
        indexing.checkCounted(argumentOf(field), filter)
      const sees = (record: CallRecord) => sight.call(plane, record)
      const looked = { plane: id, unknown: unknownIn(filter, plane, sight) }
      return ask({ plane: id, filter, before, sees, takes }, looked, check)
    }),
  )
}

/** Whoever may not read rules would learn their names from what is counted by them, and by trying. */
const refuseRules = (terms: readonly Term[]): void => {
  if (!terms.some(({ field }) => field === 'rule')) return
  throw new Fault('not_permitted', {
    detail: 'Which rule refused a call is for those who may read the rules of its plane.',
  })
}

export const indexingOf = ({ installation }: Desk, plane: PlanePolicy, sight: Sight) => {
  const id: PlaneId = planeId(plane.plane.name)
  const servers = [...plane.servers.keys(), ...plane.apis.keys()]
  return createIndexing({
    plane: id,
    servers: servers.filter((server) => sight.server(plane, server)),
    offered: (server) => installation.registry.capabilities(id, server),
  })
}

/** Calls of what is gone stay; but an answer without any may be one to a name that was misspelt. */
const unknownIn = ({ terms }: CallFilter, plane: PlanePolicy, sight: Sight): Unknown[] => {
  const known = {
    agent: { needs: 'agents.read', names: [...plane.agents.keys()] },
    consumer: { needs: 'consumers.read', names: [...plane.consumers.keys()] },
    server: { needs: 'servers.read', names: [...plane.servers.keys(), ...plane.apis.keys()] },
  } as const
  return terms.flatMap(({ field, values }) => {
    if (field !== 'agent' && field !== 'consumer' && field !== 'server') return []
    const { needs, names } = known[field]
    if (!sight.names(plane, needs)) return []
    return values
      .filter((value) => !names.includes(value))
      .map((value) => ({ field, value, meant: didYouMean(value, names) }))
  })
}
