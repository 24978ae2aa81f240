import type { CapabilityKind } from '#domain/capability.ts'
import { findMethod } from '#mcp/methods.ts'
import type { Decision } from '#policy/policy.ts'
import type { Ask, Caller, Exchange } from './exchange.ts'

/** What a call is about: a server's capability by name, whether or not there is such a thing. */
export interface Target {
  readonly server: string
  readonly kind: CapabilityKind
  /** The name at the server. */
  readonly name: string
  /** The name as the caller wrote it: prefixed at the plane's endpoint. */
  readonly written: string
}

/** `server__tool` at the plane's endpoint. A server's name has no underscore, so the first pair divides. */
export const joinName = (server: string, tool: string): string => `${server}__${tool}`

const splitName = (written: string): { server: string; name: string } => {
  const at = written.indexOf('__')
  return at < 0
    ? { server: '', name: written }
    : { server: written.slice(0, at), name: written.slice(at + 2) }
}

/** Where a call's target is named in its params: undefined where it is not named as its method demands. */
export const resolveTarget = (exchange: Exchange, ask: Ask): Target | undefined => {
  const method = findMethod('client', ask.revision, ask.method)
  if (method?.kind !== 'call') return undefined
  const named =
    method.name === 'ref' ? refTarget(ask.params.ref) : plainTarget(method.capability, ask.params)
  if (!named) return undefined
  if (exchange.server !== undefined)
    return { ...named, server: exchange.server, written: named.name }
  return { kind: named.kind, written: named.name, ...splitName(named.name) }
}

const plainTarget = (kind: 'tool' | 'prompt' | 'resource' | 'reference', params: Ask['params']) => {
  const name = kind === 'resource' ? params.uri : params.name
  return kind !== 'reference' && typeof name === 'string' ? { kind, name } : undefined
}

/** completion/complete: `{ type: 'ref/prompt', name }` or `{ type: 'ref/resource', uri }`. */
const refTarget = (ref: unknown): { kind: CapabilityKind; name: string } | undefined => {
  if (typeof ref !== 'object' || ref === null) return undefined
  const { type, name, uri } = ref as Record<string, unknown>
  if (type === 'ref/prompt' && typeof name === 'string') return { kind: 'prompt', name }
  if (type === 'ref/resource' && typeof uri === 'string') return { kind: 'template', name: uri }
  return undefined
}

/** Grants, then the token's scopes: what the caller could obtain a wider token for is a challenge. */
export const permit = (caller: Caller, target: Target, now: number): Decision => {
  const decision = decide(caller, target, now)
  const { scopes } = caller.token
  if (!decision.permitted || scopes === undefined) return decision
  const needed = decision.capability.classification?.scopes ?? []
  if (needed.every((scope) => scopes.has(scope))) return decision
  return { permitted: false, refusal: { reason: 'scope', station: 'permit', scopes: needed } }
}

const decide = ({ view }: Caller, target: Target, now: number): Decision => {
  const { server, kind, name } = target
  if (kind === 'resource') return view.decideResource(server, name, now)
  const decision = view.decide(server, kind, name, now)
  // A completion may refer to a resource by its URI as well as by its template.
  const { refusal } = { refusal: undefined, ...decision }
  const isNone = refusal?.reason === 'unknown' && refusal.because === 'no such capability'
  return kind === 'template' && isNone ? view.decideResource(server, name, now) : decision
}
