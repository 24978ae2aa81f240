import { indexedField } from '#domain/indexed.ts'
import type { PlaneId } from '#domain/name.ts'
import { readAsk } from '#ledger/ask.ts'
import { Fault } from '#lib/fault.ts'
import { type CallRow, everything, indexingOf, type Sight } from './asking.ts'
import { type Desk, findPlane } from './desk.ts'
import { hideRulesOfCall } from './hidden-rules.ts'
import type { PersonalArgument } from './indexing.ts'

/** Where persons can be found: arguments whose values entries hold as hashes. */
export const findable = (
  desk: Desk,
  input: { readonly plane: string },
  sight: Sight = everything,
): PersonalArgument[] => {
  const { policy } = findPlane(desk.installation.change.current(), input.plane)
  return indexingOf(desk, policy, sight).personal()
}

/**
 * The key by which a page hashes whom somebody looks for, hex. Who has it can try texts on a hash that
 * they come by, so that whom it is given to is an entry, durable before they have it.
 */
export const giveFindKey = async (
  desk: Desk,
  input: { readonly plane: string; readonly reason?: string | undefined },
): Promise<{ key: string }> => {
  const { installation, by, clock } = desk
  const { id: plane } = findPlane(installation.change.current(), input.plane)
  letIn(desk, plane)
  const why = input.reason ?? ''
  await installation.ledger
    .plane(plane)
    .append({ v: 1, type: 'find.key', at: clock.now(), plane, by, why })
  return { key: installation.vault.plane(plane).payloads.findKey().toString('hex') }
}

export interface FindInput {
  readonly plane: string
  readonly argument: string
  /** What the person is found by (`vault/argument-hash.ts`): 64 of 0-9 and a-f. */
  readonly hash: string
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly reason?: string | undefined
  /** Below this position. */
  readonly before?: number | undefined
  readonly most: number
}
export interface Finding {
  /** Newest first. */
  readonly items: readonly CallRow[]
  /** The `before` with which to go on; undefined: everything has been looked at. */
  readonly next: number | undefined
  /** Refusals of floods that were counted without saying whose they were: in no answer. */
  readonly unnamed: number
  /** Calls before this instant were not looked at: there are too many keys. */
  readonly cutAt: number | undefined
}

/** A clock may have been ahead when a call was made, and its key is of the month that it said. */
const aheadMs = 24 * 3_600_000

/**
 * The calls about a person, whom nobody here is told. That somebody looked is an entry, durable before
 * anything is looked for. Calls of a subject that was erased are not found: their key is no more.
 */
export const findPerson = async (
  desk: Desk,
  input: FindInput,
  sight: Sight = everything,
): Promise<Finding> => {
  const { installation, by, clock } = desk
  const { id: plane, policy } = findPlane(installation.change.current(), input.plane)
  const { argument, hash, before, most } = input
  const indexing = indexingOf(desk, policy, sight)
  if (!indexing.personal().some((one) => one.argument === argument)) throw notPersonal(argument)
  letIn(desk, plane)
  const at = clock.now()
  const filter = readAsk({ since: input.since, until: input.until }, at)
  const { since, until } = filter
  await installation.ledger.plane(plane).append({
    ...({ v: 1, type: 'find.asked', at, plane, by, argument, why: input.reason ?? '' } as const),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  })
  const { records, ...rest } = await installation.calls.person({
    ...{ plane, filter, before, most },
    ...{ field: indexedField(argument), sought: hash },
    until: Math.min(until ?? Number.POSITIVE_INFINITY, at + aheadMs),
    sees: (record) => sight.call(policy, record),
    takes: indexing.takesPersonal,
  })
  const told = sight.names(policy, 'rules.read') ? records : records.map(hideRulesOfCall)
  return { ...rest, items: told.map((one) => ({ ...one, plane })) }
}

const letIn = ({ installation, by, clock }: Desk, plane: PlaneId): void => {
  const waitMs = installation.finds.attempt(`${plane} ${by}`, clock.now())
  if (waitMs === 0) return
  throw new Fault('flood', {
    detail: `Persons are looked for at most every three seconds after the first twenty times; wait ${Math.ceil(waitMs / 1000)} s.`,
  })
}

const notPersonal = (argument: string): Fault =>
  new Fault('not_indexed', {
    detail: `Nothing that you may look for persons in is recorded with a hash of an argument "${argument}".`,
    fix: `classify it with index: [{ argument: ${argument}, personal: true }], or ask for it as it was given: --where 'arg.${argument}=VALUE'`,
  })
