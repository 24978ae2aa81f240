import type { PlanePolicy } from '#change/change.ts'
import type { CapabilityKind } from '#domain/capability.ts'
import type { AgentDocument } from '#domain/documents.ts'
import { type ClientId, clientId, type PlaneId } from '#domain/name.ts'
import type { Installation } from '#gateway/installation.ts'
import { readInstant } from '#ledger/ask.ts'
import { Fault } from '#lib/fault.ts'
import { readArguments } from '#mcp/typed.ts'
import { explain } from '#policy/explain.ts'
import type { Explanation } from '#policy/policy.ts'
import { everything, type Sight } from './asking.ts'
import { type Desk, findCapability, findClient, findPlane, listClients } from './desk.ts'
import { type Draft, draftFor } from './draft.ts'
import { hideRules } from './hidden-rules.ts'

/** A call as it is tried; whatever is not said is as it is. */
export interface Trying {
  readonly plane?: string | undefined
  readonly client: string
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
  /** Without them, what depends on them is told as such. */
  readonly args?: Readonly<Record<string, unknown>> | undefined
  /** The same as `key=value`, read by the pinned definition. */
  readonly typed?: readonly string[] | undefined
  /** In the place of the agent's own. */
  readonly claims?: AgentDocument['claims'] | undefined
  /** Of its token; without them it has what its grants imply. */
  readonly scopes?: readonly string[] | undefined
  readonly user?: string | undefined
  /** An instant, or how long ago. */
  readonly at?: string | undefined
  /** By the policy as it was then: what servers offer is what they offer now, and nothing is suspended. */
  readonly revision?: number | undefined
  /** By the policy as it would be with these documents. */
  readonly draft?: Draft | undefined
}

export interface CanAnswer extends Explanation {
  readonly plane: string
  readonly client: string
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
  readonly at: number
  /** Of the policy that was asked; of a draft, what it would be made on. */
  readonly revision: number
  readonly as: 'now' | 'then' | 'draft'
}

export const can = async (
  desk: Desk,
  input: Trying,
  sight: Sight = everything,
): Promise<CanAnswer> => {
  const { installation, clock } = desk
  const { draft, revision, user, claims, scopes } = input
  if (draft && revision !== undefined)
    throw new Fault('usage', { detail: 'Ask by a revision or by a draft, not by both.' })
  const { id } = findPlane(installation.change.current(), input.plane)
  const proposal = await installation.trials.propose(id, {
    revision,
    ...(draft && { draft: draftFor(id, draft) }),
  })
  const { server, kind, name } = input
  const client = clientIn(proposal.policy, input.client, sight)
  const at = readInstant('at', input.at, clock.now()) ?? clock.now()
  const asked = { client, server, kind, name }
  const args = argumentsIn(installation, id, input)
  const told = explain(proposal, { ...asked, args, user, claims, scopes, now: at })
  return {
    plane: id,
    ...asked,
    at,
    revision: revision ?? proposal.snapshot.revision,
    as: draft ? 'draft' : revision === undefined ? 'now' : 'then',
    ...(sight.names(proposal.policy, 'rules.read') ? told : hideRules(told)),
  }
}

/** Whoever may not read agents is not told which there are. */
export const clientIn = (policy: PlanePolicy, written: string, sight: Sight): ClientId => {
  if (sight.names(policy, 'agents.read')) return findClient(policy, written)
  const [agent = '', consumer = ''] = written.split('@')
  const named = clientId(agent, consumer)
  if (listClients(policy).includes(named)) return named
  throw new Fault('unknown_name', { detail: `There is no agent "${written}" for you.` })
}

const argumentsIn = (
  { registry }: Pick<Installation, 'registry'>,
  plane: PlaneId,
  { args, typed, ...asked }: Trying,
): Trying['args'] => {
  if (typed === undefined) return args
  if (args) throw new Fault('usage', { detail: 'Give arguments in one form, not in two.' })
  const found = findCapability(registry.capabilities(plane, asked.server), asked)
  return readArguments(typed, schemaOf(found?.definition, asked.kind))
}

type Schema = Parameters<typeof readArguments>[1]
/** What a prompt is called with is text. */
const schemaOf = (
  definition: Readonly<Record<string, unknown>> | undefined,
  kind: CapabilityKind,
): Schema => {
  if (kind !== 'prompt') return definition?.inputSchema as Schema
  const declared = Array.isArray(definition?.arguments) ? definition.arguments : []
  const properties = declared.map(({ name }) => [String(name), { type: 'string' }])
  return { properties: Object.fromEntries(properties) }
}
