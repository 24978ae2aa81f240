import type { FactName } from '#domain/facts.ts'
import { capabilityClasses } from '#domain/selector.ts'
import { typeOfSchema } from './schema.ts'
import { closed, json, listOf, type Members, of, type Type } from './types.ts'

/** What the names of a condition are, for one capability. */
export interface Scope {
  readonly hasUri: boolean
  readonly names: Readonly<Record<FactName, Type>>
}

const text = of('string')
const oneWord = (...values: readonly string[]): Type => ({ kinds: ['string'], values })

const callerOf = (claims: ReadonlySet<string> | undefined): Type =>
  closed({
    agent: text,
    client: text,
    owner: text,
    groups: listOf(text),
    claims: { kinds: ['map'], ...(claims && { members: claimsOf(claims) }) },
    scopes: listOf(text),
    acr: text,
  })

/** What a claim holds is known when a caller comes with it. */
const claimsOf = (claims: ReadonlySet<string>): Members => ({
  names: [...claims],
  typeOf: (name) => (claims.has(name) ? json : undefined),
  isRequired: () => false,
})

const consumer = closed({ name: text, owner: text })

const user: Type = { ...closed({ name: text }), kinds: ['map', 'null'] }

const item = closed({
  name: text,
  kind: oneWord('server', 'api'),
  owner: text,
  labels: listOf(text),
  capability: text,
  class: oneWord(...capabilityClasses, 'unclassified'),
})

const run = closed({ id: text })

const now = of('timestamp')

/** `args` undefined: not known, and may be anything. */
export const createScopes = (
  claims: ReadonlySet<string> | undefined,
): ((shape: Shaped) => Scope) => {
  const shared = { uri: text, caller: callerOf(claims), consumer, user, item, run, now }
  return ({ args, hasUri }) => ({
    hasUri,
    names: { ...shared, args: { ...typeOfSchema(args), kinds: ['map'] } },
  })
}

interface Shaped {
  readonly args: Readonly<Record<string, unknown>> | undefined
  readonly hasUri: boolean
}
