import type { Entry } from '#domain/entry.ts'
import type { CallId, PlaneId } from '#domain/name.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import { hasBegun, recordOf } from '#ledger/record.ts'
import { Fault } from '#lib/fault.ts'
import { everything, type Sight } from './asking.ts'
import { type Desk, findPlane } from './desk.ts'
import { hideRulesOfEntry } from './hidden-rules.ts'

export interface EntryAnswer {
  readonly plane: string
  readonly position: number
  /** As it stands, but for the rules that somebody may not read. */
  readonly entry: Entry
  /** That it is of; undefined where it is of none, or of a count of many. */
  readonly call: CallId | undefined
}

/**
 * One entry by its number. What is about a call is for whoever may read that call; everything else is of
 * policy, and for whoever may read revisions.
 */
export const readEntry = async (
  { installation }: Desk,
  input: { readonly plane: string; readonly position: number },
  sight: Sight = everything,
): Promise<EntryAnswer> => {
  const { id, policy } = findPlane(installation.change.current(), input.plane)
  const { position } = input
  const [stored] = await installation.ledgerFile(id).read(position, 1, { before: position + 1 })
  if (!stored)
    throw new Fault('unknown_name', {
      detail: `The ledger of ${id} has no entry ${position}, or its text has been let go of.`,
    })
  const { entry } = stored
  const record = hasBegun(stored)
    ? recordOf(stored, undefined)
    : await recordOfEnd(installation, id, entry)
  if (record ? !sight.call(policy, record) : !sight.names(policy, 'revisions.read'))
    throw new Fault('not_permitted', {
      detail: record
        ? 'This entry is about items of others.'
        : 'Entries that are of no call are for those who may read revisions.',
    })
  const told = sight.names(policy, 'rules.read') ? entry : hideRulesOfEntry(entry)
  const call = 'call' in entry && entry.call !== '' ? entry.call : undefined
  return { plane: id, position, entry: told, call }
}

/** The call whose end an entry is. */
const recordOfEnd = async (
  { calls }: Pick<Desk['installation'], 'calls'>,
  plane: PlaneId,
  entry: Entry,
): Promise<CallRecord | undefined> =>
  entry.type === 'call.outcome' ? (await calls.find(plane, entry.call))?.record : undefined
