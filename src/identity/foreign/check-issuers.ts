import type { Check, Objection, PlanePolicy, Policy } from '#change/change.ts'
import type { IssuerDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'

/**
 * What only all Issuers of a plane together tell: two of one `iss` would mean two things by one
 * token, and a plane's own issuer trusted by another is a hole in the wall between them.
 */
export const checkIssuers =
  (origin: string): Check =>
  async ({ after, documents }) =>
    documents.flatMap(({ plane, kind, name }) => {
      const policy = after.planes.get(plane)
      const issuer = kind === 'Issuer' ? policy?.issuers.get(name) : undefined
      if (policy && issuer)
        return [
          ...objectionsTo(origin, plane, policy, issuer),
          ...objectionsAtManager(plane, issuer, after),
        ]
      const agent = kind === 'Agent' ? policy?.agents.get(name) : undefined
      const trusted = policy?.issuers.get(agent?.authenticate?.issuer ?? '')
      if (!agent || !trusted || trusted.assertions) return []
      const message = `Agent ${name}: authenticate.issuer names Issuer ${trusted.name}, which takes no assertions; give it \`assertions: {}\``
      return [{ code: 'invalid value', message, at: at(plane, agent, ['authenticate', 'issuer']) }]
    })

/**
 * At the Manager an organisation has one address to come back to, called after its Issuer: one name is
 * one organisation in all planes, or the answer of one would come to the other. Administrators alone
 * write these, and they see all planes.
 */
function objectionsAtManager(
  plane: PlaneId,
  { name, issuer, signIn }: IssuerDocument,
  { planes }: Policy,
): Objection[] {
  if (!signIn?.manager) return []
  const all = [...planes].flatMap(([plane, { issuers }]) =>
    [...issuers.values()].map((one) => ({ plane, one })),
  )
  const other = all.find(({ one }) => {
    if (!one.signIn?.manager) return false
    const isSame = one.issuer === issuer && one.signIn.client.id === signIn.client.id
    return (one.name === name) !== isSame
  })
  if (!other) return []
  const message = `Issuer ${name}: signs people in at the Manager, as Issuer ${other.one.name} of plane ${other.plane} does: the same name, issuer and client in both, or none of them`
  return [{ code: 'invalid value', message, at: at(plane, { kind: 'Issuer', name }, ['signIn']) }]
}

function objectionsTo(
  origin: string,
  plane: PlaneId,
  { issuers, agents }: PlanePolicy,
  { name, issuer, assertions }: IssuerDocument,
): Objection[] {
  const place = at(plane, { kind: 'Issuer', name }, ['issuer'])
  const object = (code: Objection['code'], sentence: string): Objection => ({
    ...{ code, message: `Issuer ${name}: ${sentence}`, at: place },
  })
  const other = [...issuers.values()].find((one) => one.name !== name && one.issuer === issuer)
  const user = [...agents.values()].find(({ authenticate }) => authenticate?.issuer === name)
  return [
    ...(other ? [object('duplicate', `Issuer ${other.name} is the same issuer; keep one`)] : []),
    ...(issuer.startsWith(`${origin}/oauth/`)
      ? [
          object(
            'invalid value',
            'issuer is one of this installation, which no plane trusts but its own',
          ),
        ]
      : []),
    ...(user && !assertions
      ? [
          object(
            'invalid value',
            `takes no assertions, by which Agent ${user.name} authenticates; write \`assertions: {}\``,
          ),
        ]
      : []),
  ]
}

const at = (
  plane: PlaneId,
  { kind, name }: { kind: 'Issuer' | 'Agent'; name: string },
  path: readonly string[],
) => ({ plane, kind, name, path })
