import type { PlanePolicy } from '#change/change.ts'
import type { IssuerDocument } from '#domain/documents.ts'
import { durationMs } from '#domain/fields.ts'
import { type Said, saidBy, teamsGiven } from '#domain/given-teams.ts'
import type { PlaneId } from '#domain/name.ts'
import type { JsonObject } from '#lib/json.ts'
import type { AffiliationRow } from '#store/store.ts'

type Teams = ReadonlyMap<PlaneId, readonly string[]>
export type Planes = ReadonlyMap<PlaneId, Pick<PlanePolicy, 'issuers' | 'teams'>>

const usualLast = '12h'

/**
 * The teams that organisations make a person one of, by plane, as the documents are now: what an
 * Issuer no longer says, or no longer asks for, gives nothing from the next request on. Planes that
 * give none are left out. `at` a Manager: of those Issuers alone that sign people in there.
 */
export const teamsNow = (
  rows: readonly AffiliationRow[],
  planes: Planes,
  { now, isManager }: { now: number; isManager: boolean },
): Teams => {
  const given = rows.flatMap((row): [PlaneId, readonly string[]][] => {
    const policy = planes.get(row.plane)
    const signIn = issuerIn(policy, row.issuer)?.signIn
    if (!policy || !signIn || (isManager && !signIn.manager)) return []
    if (now >= row.at + durationMs(signIn.lasts ?? usualLast)) return []
    const teams = teamsGiven(JSON.parse(row.said) as Said, signIn.teams)
    const standing = teams.filter((team) => policy.teams.has(team))
    return standing.length > 0 ? [[row.plane, standing]] : []
  })
  return new Map(given)
}

/** When the last of it ends. */
export const endOfLast = (rows: readonly AffiliationRow[], planes: Planes): number =>
  Math.max(
    0,
    ...rows.map(({ plane, issuer, at }) => {
      const signIn = issuerIn(planes.get(plane), issuer)?.signIn
      return signIn ? at + durationMs(signIn.lasts ?? usualLast) : 0
    }),
  )

/** What the claims say to the plane's Issuer, to be kept; nothing, too, takes the place of what was said before. */
export const affiliationIn = (
  plane: PlaneId,
  planes: Planes,
  about: { person: string; issuer: string; claims: JsonObject; at: number },
): AffiliationRow => {
  const { person, issuer, claims, at } = about
  const rules = issuerIn(planes.get(plane), issuer)?.signIn?.teams ?? []
  return { person, plane, issuer, at, said: JSON.stringify(saidBy(claims, rules)) }
}

/** Two Issuers of a plane are never of one `iss`. */
const issuerIn = (
  policy: Pick<PlanePolicy, 'issuers'> | undefined,
  issuer: string,
): IssuerDocument | undefined =>
  policy && [...policy.issuers.values()].find((one) => one.issuer === issuer)
