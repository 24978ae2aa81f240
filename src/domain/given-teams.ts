import type { JsonObject, JsonValue } from '#lib/json.ts'
import { type ClaimPath, claimAt } from './claim-path.ts'
import type { OrganisationSignIn } from './organisation-document.ts'

type Rules = OrganisationSignIn['teams']
type Value = Rules[number]['values'][number]

/** Of what an organisation said of a person, by claim, those values that some team asks for: nothing else is kept. */
export type Said = Readonly<Record<string, readonly Value[]>>

/** What the claims of an ID token say to the rules. What is no text, number, truth or list of those says nothing. */
export const saidBy = (claims: JsonObject, rules: Rules): Said => {
  const said: Record<string, Value[]> = {}
  for (const { claim, values } of rules) {
    const value = claimAt(claims, claim)
    const all: readonly (JsonValue | undefined)[] = Array.isArray(value) ? value : [value]
    const key = keyOf(claim)
    for (const one of values)
      if (all.includes(one) && !said[key]?.includes(one)) said[key] = [...(said[key] ?? []), one]
  }
  return said
}

/** The teams that the rules, as they are now, give for what was said at the sign-in. */
export const teamsGiven = (said: Said, rules: Rules): readonly string[] => {
  const given = rules.filter(({ claim, values }) => {
    const key = keyOf(claim)
    return Object.hasOwn(said, key) && said[key]?.some((one) => values.includes(one))
  })
  return [...new Set(given.map(({ team }) => team))]
}

const keyOf = (claim: ClaimPath): string =>
  JSON.stringify(typeof claim === 'string' ? [claim] : claim)
