import type { CapabilityKind } from '#domain/capability.ts'
import type { AgentDocument } from '#domain/documents.ts'
import { Fault } from '#lib/fault.ts'
import type { Explanation } from '#policy/policy.ts'
import { type Desk, findClient, findPlane } from './desk.ts'
import type { Draft } from './draft.ts'

/** A call as it is tried; whatever is not said is as it is. */
export interface Trying {
  readonly plane?: string | undefined
  readonly client: string
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
  /** Without them, what depends on them is told as such. */
  readonly args?: Readonly<Record<string, unknown>> | undefined
  /** In the place of the agent's own. */
  readonly claims?: AgentDocument['claims'] | undefined
  /** Of its token; without them it has what its grants imply. */
  readonly scopes?: readonly string[] | undefined
  readonly user?: string | undefined
  /** UTC milliseconds. */
  readonly at?: number | undefined
  /** As the policy was then: what servers offer is what they offer now. */
  readonly revision?: number | undefined
  /** As it would be with these documents. */
  readonly draft?: Draft | undefined
}

export interface CanAnswer extends Explanation {
  readonly plane: string
  readonly client: string
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
  readonly at: number
  /** Of the policy that was asked. */
  readonly revision: number
  readonly as: 'now' | 'then' | 'draft'
}

export const can = async (desk: Desk, input: Trying): Promise<CanAnswer> => {
  const { installation, clock } = desk
  const { draft, revision } = input
  if (draft && revision !== undefined)
    throw new Fault('usage', { detail: 'Ask as of a revision or with a draft, not both.' })
  const { id } = findPlane(installation.change.current(), input.plane)
  const proposal = await installation.proposal(id, draft ? { draft } : { revision })
  const { server, kind, name, args, user, claims, scopes } = input
  const client = findClient(proposal.policy, input.client)
  const at = input.at ?? clock.now()
  const asked = { client, server, kind, name }
  return {
    plane: id,
    ...asked,
    at,
    revision: proposal.snapshot.revision,
    as: draft ? 'draft' : revision === undefined ? 'now' : 'then',
    ...installation.explainIn(proposal, { ...asked, args, user, claims, scopes, now: at }),
  }
}
