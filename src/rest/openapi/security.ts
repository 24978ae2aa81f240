import { isObject } from '#lib/json.ts'
import type { SecurityNeed } from '../operation.ts'
import type { Place, References } from './references.ts'
import { readShape, securitySchemeShape } from './shapes.ts'

type Requirements = readonly Readonly<Record<string, readonly string[]>>[]

/** What an operation's own requirements, or else the document's, come to. */
export type Security = (own: Requirements | undefined) => readonly (readonly SecurityNeed[])[]

/** For whoever reviews an API: what it says that it wants is not what lets a call in here. */
export function createSecurity(
  root: Place,
  references: References,
  ofDocument: Requirements,
): Security {
  const components = references.member(root, 'components')
  const schemes = components && references.member(components, 'securitySchemes')

  const whatIs = (name: string): string => {
    const place = schemes && references.member(schemes, name)
    const found = place && references.follow(place)
    if (!found || !('value' in found) || !isObject(found.value)) return 'not described'
    const shape = readShape(securitySchemeShape, found)
    if ('findings' in shape) return 'not described'
    const { type, scheme, in: where, name: called } = shape.read
    if (type === 'apiKey') return `apiKey in ${where} ${called}`
    return type === 'http' ? `http ${scheme}` : type
  }

  return (own) =>
    (own ?? ofDocument).map((needs) =>
      Object.entries(needs).map(([scheme, scopes]) => ({ scheme, what: whatIs(scheme), scopes })),
    )
}
