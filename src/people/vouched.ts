import { vouchedName } from '#domain/name.ts'
import type { Person } from '#domain/roles.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { PersonRow, PersonRows } from '#store/store.ts'
import { affiliationIn, endOfLast, type Planes, teamsNow } from './affiliation.ts'
import type { Entering } from './entering.ts'
import type { People } from './people.ts'

/** Whom organisations vouch for, beside the accounts of our own, for whom all of this changes nothing. */
export const createVouched = (parts: {
  people: PersonRows
  planes: () => Planes
  entering: Entering
  clock: Clock
}) => {
  const { people, planes, entering, clock } = parts

  const teamsOf = async ({ name }: PersonRow, isManager: boolean) =>
    teamsNow(await people.affiliations(name), planes(), { now: clock.now(), isManager })

  /** As the Manager's API knows them; undefined where the organisation gives nothing there (any more). */
  const atManager = async (row: PersonRow): Promise<Person | undefined> => {
    const { name, administrator } = row
    if (row.issuer === undefined) return { name, administrator }
    const teams = await teamsOf(row, true)
    return teams.size > 0 ? { name, administrator, teams } : undefined
  }

  const known: People['known'] = async (name, plane) => {
    const row = await people.find(name)
    if (!row) return undefined
    const { title, issuer } = row
    const teams = issuer === undefined ? [] : (await teamsOf(row, false)).get(plane)
    return teams && { name, title, teams, issuer }
  }

  const knownAtManager: People['knownAtManager'] = async (name) => {
    const row = await people.find(name)
    const person = row && (await atManager(row))
    return person && { name, title: row.title, teams: [], issuer: row.issuer }
  }

  const vouch: People['vouch'] = async ({ issuer, subject, title, claims, planes: asked }) => {
    const name = vouchedName(issuer, subject)
    const before = name === undefined ? undefined : await people.find(name)
    if (name === undefined || (before && before.issuer !== issuer)) return undefined
    const at = clock.now()
    const about = { person: name, issuer, claims, at }
    const rows = asked.map((plane) => affiliationIn(plane, planes(), about))
    const isGiven = teamsNow(rows, planes(), { now: at, isManager: false }).size > 0
    const named = { name, title, issuer, at, by: 'organisation' }
    // Of a stranger to whom nothing is given nothing is kept.
    if (before || isGiven)
      await people.affiliate({ ...named, administrator: false, hash: undefined }, rows)
    if (isGiven) return name
    entering.refused('no team of the organisation')
    return undefined
  }

  return {
    ...{ atManager, known, knownAtManager, vouch },
    /** How long what was said of the person is believed; of an account of ours for ever. */
    async believedForMs({ name, issuer }: PersonRow): Promise<number> {
      if (issuer === undefined) return Number.POSITIVE_INFINITY
      return endOfLast(await people.affiliations(name), planes()) - clock.now()
    },
  }
}

/** Who an organisation's people are is the organisation's to say, and how they sign in. */
export const checkIsOurs = (
  name: string,
  before: PersonRow | undefined,
  password: string | undefined,
): void => {
  if (!name.includes('#') || (before?.issuer !== undefined && password === undefined)) return
  throw new Fault('usage', {
    detail: `An organisation vouches for "${name}": they are made by signing in there, and have no password here.`,
  })
}
