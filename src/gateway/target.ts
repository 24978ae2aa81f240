import type { Capability, CapabilityKind } from '#domain/capability.ts'
import { divideName, nameAtPlane } from '#domain/plane-name.ts'
import { unwrapUri, wrapUri } from '#domain/plane-uri.ts'
import { Fault } from '#lib/fault.ts'
import { findMethod } from '#mcp/methods.ts'
import { expandTemplate } from '#mcp/template.ts'
import type { CallerView, Decision, Permitted } from '#policy/policy.ts'
import type { Ask, Exchange, RestAsk } from './exchange.ts'
import { decideOwn, findOwn } from './own-tools.ts'
import type { Bound } from './tasks.ts'

/** What a call is about: a server's capability by name, whether or not there is such a thing. */
export interface Target {
  readonly server: string
  readonly kind: CapabilityKind
  /** The name at the server. */
  readonly name: string
  /** The name as the caller wrote it: prefixed at the plane's endpoint. */
  readonly written: string
  /** As the caller gave them; undefined where the method takes none, or not all of them. */
  readonly args: unknown
  /** Whether what it gives is asked for, or something about it: a completion, a subscription. */
  readonly use: 'result' | 'other'
  /** The gateway's own tool, where it is one. */
  readonly own?: Capability
  /** The task that is asked for, of a method of tasks; `unknown` for what is no task of this caller's. */
  readonly task?: Bound | 'unknown'
}

/** As a caller at the plane's endpoint writes what a server calls so. */
export const writtenAtPlane = (server: string, kind: CapabilityKind, name: string): string =>
  kind === 'resource' || kind === 'template' ? wrapUri(server, name) : nameAtPlane(server, name)

/** Where a call's target is named in its params: undefined where it is not named as its method demands. */
export const resolveTarget = (about: {
  exchange: Exchange
  ask: Ask
  view: Pick<CallerView, 'shortened'>
  /** Whether it is an API whose operations are offered as tools. */
  isApi(item: string): boolean
  /** Whether tools are searched here, by tools of the gateway's own. */
  searches: boolean
}): Target | undefined => {
  const { exchange, ask } = about
  const method = findMethod('client', ask.revision, ask.method)
  if (method?.kind !== 'call') return undefined
  const named =
    method.name === 'ref' ? refTarget(ask.params.ref) : plainTarget(method.capability, ask.params)
  if (!named) return undefined
  const use = usesOf[ask.method] ?? 'other'
  const written = named.name
  const own = about.searches && named.kind === 'tool' ? findOwn(written) : undefined
  if (own) return { ...named, server: own.server, written, use, own }
  const { server, name } =
    exchange.server === undefined
      ? namedAtPlane(about, named)
      : { server: exchange.server, name: written }
  return { ...named, kind: kindAt(about, server, named.kind), server, name, written, use }
}

/** An API has operations, which are tools where it offers them as such. */
const kindAt = (
  { isApi }: { isApi(item: string): boolean },
  server: string,
  kind: CapabilityKind,
): CapabilityKind => (kind === 'tool' && isApi(server) ? 'operation' : kind)

type AtServer = Pick<Target, 'server' | 'name'>

/** What no server calls so is of no server, whose name is empty: it is unknown like any other. */
const namedAtPlane = (
  about: { view: Pick<CallerView, 'shortened'>; isApi(item: string): boolean },
  { kind, name }: Named,
): AtServer => {
  const nobodys = { server: '', name }
  if (kind === 'resource' || kind === 'template') {
    const { server, uri } = unwrapUri(name) ?? {}
    return server === undefined || uri === undefined ? nobodys : { server, name: uri }
  }
  const { server, rest, isShort } = divideName(name) ?? {}
  if (server === undefined || rest === undefined) return nobodys
  if (!isShort) return { server, name: rest }
  const long = about.view.shortened(server, kindAt(about, server, kind), rest)
  return long === undefined ? nobodys : { server, name: long }
}

/** What a subscription to a resource is decided as. */
export const subscription = (server: string, uri: string): Target => ({
  server,
  kind: 'resource',
  name: uri,
  written: uri,
  args: undefined,
  use: 'other',
})

/** What a task is decided as: the call that began it. */
export const taskTarget = (server: string, task: Bound | undefined): Target => {
  const name = task?.tool ?? ''
  const about = { server, kind: 'tool', name, written: name, args: task?.args } as const
  return { ...about, use: 'other', task: task ?? 'unknown' }
}

/** What a REST caller asks for; its arguments are none at all where they do not fit. */
export const restTarget = (exchange: Exchange, { name, args }: RestAsk): Target => ({
  server: exchange.server ?? '',
  kind: 'operation',
  name,
  written: name,
  args: args ?? null,
  use: 'result',
})

const usesOf: Readonly<Record<string, Target['use']>> = {
  'tools/call': 'result',
  'prompts/get': 'result',
  'resources/read': 'result',
}

type Named = Pick<Target, 'kind' | 'name' | 'args'>

const plainTarget = (
  kind: 'tool' | 'prompt' | 'resource' | 'reference',
  params: Ask['params'],
): Named | undefined => {
  const name = kind === 'resource' ? params.uri : params.name
  if (kind === 'reference' || typeof name !== 'string') return undefined
  return { kind, name, args: kind === 'resource' ? undefined : (params.arguments ?? {}) }
}

/**
 * completion/complete: `{ type: 'ref/prompt', name }` or `{ type: 'ref/resource', uri }`. What is being
 * completed is not known as a whole yet.
 */
const refTarget = (ref: unknown): Named | undefined => {
  if (typeof ref !== 'object' || ref === null) return undefined
  const { type, name, uri } = ref as Record<string, unknown>
  const args = undefined
  if (type === 'ref/prompt' && typeof name === 'string') return { kind: 'prompt', name, args }
  if (type === 'ref/resource' && typeof uri === 'string')
    return { kind: 'template', name: uri, args }
  return undefined
}

/** What the policy says of a call; the same code for a call that is made and for one that is under way. */
export const permit = (view: CallerView, target: Target, now: number): Decision => {
  const decision = view.decide(target, now)
  if (target.own) return decideOwn(target.own, target.args, decision)
  if (target.task === 'unknown') return decideUnknownTask(decision)
  const isVariant = decision.capability?.classification?.variantOf !== undefined
  if (!decision.permitted || !isVariant || target.use === 'result') return decision
  const { capability, args } = decision
  const refusal = { reason: 'unknown', station: 'permit', because: 'not of a variant' } as const
  return { permitted: false, refusal, capability, args }
}

/** Whatever it would be called by; while its caller is suspended it hears that, as of every task. */
const decideUnknownTask = (decision: Decision): Decision => {
  if (!decision.permitted && decision.refusal.reason === 'suspended') return decision
  const refusal = { reason: 'unknown', station: 'permit', because: 'no such task' } as const
  return { permitted: false, refusal, capability: undefined, args: undefined }
}

/** What the server knows it as: for a variant what it is derived from, with what its template stands for. */
export const upstreamName = ({ name }: Target, { capability, args }: Permitted): string => {
  const base = capability.classification?.variantOf
  if (base === undefined) return name
  if (capability.kind !== 'template') return base
  const uri = expandTemplate(base, args ?? {})
  if (uri === undefined) throw new Fault('internal', { detail: `no URI of ${base}` })
  return uri
}
