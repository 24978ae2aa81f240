import type { PlanePolicy } from '#change/change.ts'
import { clientId, splitClientId } from '#domain/name.ts'
import { type Subject, subjectOf } from '#domain/subject.ts'
import { Fault } from '#lib/fault.ts'
import { changer, type Desk, findClient, findPlane } from './desk.ts'

export interface EraseInput {
  readonly plane?: string | undefined
  /** As tokens name them. */
  readonly user?: string | undefined
  /** AGENT@CONSUMER, or AGENT where it has one consumer: what it did on nobody's behalf. */
  readonly agent?: string | undefined
  /** A UTC month, `2026-11`: only what is of months before it. */
  readonly before?: string | undefined
  readonly reason: string
  /** Tells what would go, and as whom the entry would name the subject; destroys nothing. */
  readonly dryRun?: boolean | undefined
}

export interface EraseAnswer {
  readonly plane: string
  /** As the entry names whom it was about. */
  readonly subject: string
  readonly periods: readonly string[]
  /** That destroyed them; undefined where nothing was. */
  readonly revision: number | undefined
}

/**
 * Destroys the keys of what is recorded of one subject: arguments and results read as erased from then
 * on, and every proof holds. The entry of it follows from its revision. A hold of the plane refuses it.
 */
export const erase = async (desk: Desk, input: EraseInput): Promise<EraseAnswer> => {
  const { change, vault } = desk.installation
  const { id, policy } = findPlane(change.current(), input.plane)
  const subject = subjectIn(policy, input)
  const about = { ...changer(desk), why: desk.why ?? input.reason }
  const { payloads } = vault.plane(id)
  const refuse = (): void => {
    const now = change.current().planes.get(id)
    const hold = now && holdOn(now, subject)
    if (hold !== undefined) throw held(id, hold)
  }
  if (input.dryRun) {
    refuse()
    const { before } = input
    const all = await payloads.periods(subject)
    const periods = all.filter((period) => before === undefined || period < before)
    return { plane: id, subject: payloads.pseudonym(subject), periods, revision: undefined }
  }
  const erased = await payloads.erase(subject, input.before, about, refuse)
  return { plane: id, ...erased }
}

const subjectIn = (policy: PlanePolicy, { user, agent }: EraseInput): Subject => {
  if ((user === undefined) === (agent === undefined))
    throw new Fault('usage', {
      detail: 'Say of whom: of a user, or of an agent where it acted on nobody’s behalf.',
      fix: 'add --user NAME or --agent AGENT@CONSUMER',
    })
  if (user !== undefined) return `user:${user}`
  // One that no document names any more is erased too.
  const parts = splitClientId(agent ?? '')
  const client = parts ? clientId(parts.agent, parts.consumer) : findClient(policy, agent)
  return subjectOf({ client })
}

/**
 * A hold that names whom is to be erased, or that names nobody and so may be about him. One that names
 * somebody else says nothing of him.
 */
const holdOn = ({ plane }: PlanePolicy, subject: Subject): string | undefined =>
  plane.ledger?.hold?.find(({ user, agent }) => {
    if (user !== undefined) return subject === `user:${user}`
    if (agent === undefined || subject.startsWith('user:')) return true
    return subject.startsWith(`client:${agent}@`)
  })?.name

const held = (plane: string, hold: string): Fault =>
  new Fault('not_permitted', {
    detail: `The hold "${hold}" of plane ${plane} forbids it.`,
    fix: 'whoever placed the hold lifts it: it stands in the document of the plane, under ledger.hold',
  })
