/** Names as they stand in documents and paths: `[a-z][a-z0-9-]{0,23}`, without the words of our own paths. */
export const namePattern = /^[a-z][a-z0-9-]{0,23}$/

/** A person's account: a name or an e-mail address, without capitals, so that one person is one spelling. */
export const personPattern = /^[a-z][a-z0-9._@-]{0,99}$/

/** A person whom an organisation vouches for: see `vouchedName`. No account of our own is spelled like it. */
export const vouchedPattern =
  /^[\x21-\x22\x24-\x7e]+#[\x21-\x22\x24-\x7e](?:[\x20-\x22\x24-\x7e]*[\x21-\x22\x24-\x7e])?$/

/**
 * A user as a token's `sub` names them: up to 255 visible ASCII characters, with spaces between them
 * (OpenID Connect Core §2). Compared letter by letter: to an issuer `Alice` is not `alice`.
 */
export const userPattern = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/

/** Words of the paths (`product.md`, Addresses), which no plane, server or API may take. */
export const reservedNames: ReadonlySet<string> = new Set([
  'manager',
  'mcp',
  'rest',
  'oauth',
  'registry',
  'api',
  'm',
  'p',
  'well-known',
  'healthz',
  'readyz',
  'metrics',
  'setup',
  'v1',
])

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type PlaneId = Branded<'plane'>
export type ServerName = Branded<'server'>
/** `agent@consumer`: the OAuth client, and the one key that permissions are looked up by. */
export type ClientId = Branded<'client'>
/** A call's id: `cal_` and 26 characters that sort by time. */
export type CallId = Branded<'call'>
/** One process for as long as it has the store open. */
export type MemberId = Branded<'member'>

/** Whose issuer it is where it is no plane's: a reserved word, so that no plane is called so. */
export const managerId = 'manager' as PlaneId

export const planeId = (name: string): PlaneId => name as PlaneId
export const serverName = (name: string): ServerName => name as ServerName
export const clientId = (agent: string, consumer: string): ClientId =>
  `${agent}@${consumer}` as ClientId
export const callId = (id: string): CallId => id as CallId
export const memberId = (id: string): MemberId => id as MemberId

/** The two halves of a client id, or undefined where it is not `agent@consumer`. */
export const splitClientId = (id: string): { agent: string; consumer: string } | undefined => {
  const [agent, consumer, ...rest] = id.split('@')
  if (agent === undefined || consumer === undefined || rest.length > 0) return undefined
  return namePattern.test(agent) && namePattern.test(consumer) ? { agent, consumer } : undefined
}

/**
 * The name of a person here whom an organisation vouches for: its issuer without `https://`, and the
 * subject. Neither an e-mail address nor anything else that is given to another one day, and never the
 * name of an account of our own, which has no `#`. Two pairs never share one: what could be taken for a
 * sign of ours is percent-encoded. Undefined where it would be no user of a token.
 */
export const vouchedName = (issuer: string, subject: string): string | undefined => {
  const encoded = [issuer.replace(/^https:\/\//, ''), subject].map((part) =>
    part.replace(/[%/#?\\]/g, encodeURIComponent),
  )
  const name = encoded.join('#')
  return userPattern.test(name) && vouchedPattern.test(name) ? name : undefined
}

/** Whose count it is: a quota counts each agent apart, over all its consumers. */
export const quotaKey = (plane: PlaneId, quota: string, agent: string): string =>
  `${plane}/${quota}/${agent}`
