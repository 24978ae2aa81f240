import { createBreather } from '#change/breather.ts'
import type { PlanePolicy } from '#change/change.ts'
import { type Capability, type CapabilityKind, capabilityKinds } from '#domain/capability.ts'
import { type ClientId, type PlaneId, splitClientId } from '#domain/name.ts'
import type { CapabilityClass } from '#domain/selector.ts'
import type { Installation } from '#gateway/installation.ts'
import { readInstant } from '#ledger/ask.ts'
import { Fault } from '#lib/fault.ts'
import { type Cell, cellOf } from '#policy/matrix.ts'
import type { CallerView } from '#policy/policy.ts'
import type { Proposal } from '#policy/proposal.ts'
import { triedBy } from '#policy/trial.ts'
import { everything, type Sight } from './asking.ts'
import { titleOf } from './capabilities.ts'
import { type Desk, findItem, findPlane, itemsOf, listClients } from './desk.ts'
import { type Draft, draftFor } from './draft.ts'

export interface MatrixAsk {
  readonly plane?: string | undefined
  readonly agent?: string | undefined
  readonly consumer?: string | undefined
  readonly server?: string | undefined
  /** A part of the name or the title of a capability. */
  readonly search?: string | undefined
  readonly class?: readonly MatrixRow['class'][] | undefined
  readonly at?: string | undefined
  /** By the policy as it was then: what servers offer is what they offer now, and nothing is suspended. */
  readonly revision?: number | undefined
  /** By the policy as it would be with these documents, beside what stands. */
  readonly draft?: Draft | undefined
  /** The `next` of the page before. */
  readonly after?: string | undefined
  /** Rows. */
  readonly limit: number
}

export interface MatrixRow {
  readonly server: string
  readonly item: 'Server' | 'API'
  readonly kind: CapabilityKind
  readonly name: string
  readonly title: string
  readonly class: CapabilityClass | 'unclassified'
  readonly state: Capability['state']
  /** In the order of the columns. */
  readonly cells: readonly Cell[]
  /** By what stands, where a draft was asked about. */
  readonly now?: readonly Cell[]
}

export interface MatrixAnswer {
  readonly plane: string
  readonly at: number
  /** Of the policy that was asked; of a draft, what it would be made on. */
  readonly revision: number
  readonly as: 'now' | 'then' | 'draft'
  readonly columns: readonly { readonly client: string; agent: string; consumer: string }[]
  readonly rows: readonly MatrixRow[]
  readonly next: string | undefined
}

/** So many agents fit into one answer; more are asked for agent by agent. */
const mostColumns = 200

/**
 * What every agent meets at every capability, by the evaluator of the gateway. It knows of no arguments:
 * what depends on them is told as such.
 */
export const matrix = (
  desk: Desk,
  input: MatrixAsk,
  sight: Sight = everything,
): Promise<MatrixAnswer> => desk.installation.trials.alone(() => ask(desk, input, sight))

const ask = async (desk: Desk, input: MatrixAsk, sight: Sight): Promise<MatrixAnswer> => {
  const { installation, clock } = desk
  const { draft, revision } = input
  if (draft && revision !== undefined)
    throw new Fault('usage', { detail: 'Ask by a revision or by a draft, not by both.' })
  const { id, policy } = findPlane(installation.change.current(), input.plane)
  const { trials } = installation
  const asked = await trials.propose(id, {
    revision,
    ...(draft && { draft: draftFor(id, draft) }),
  })
  const now = draft && (await trials.propose(id))
  const at = readInstant('at', input.at, clock.now()) ?? clock.now()
  const columns = columnsOf(asked.policy, input, sight)
  const { page, next } = pageOf(capabilitiesOf(installation, id, policy, input, sight), input)
  const tell = {
    cells: cellsBy(asked, columns, at),
    now: now && cellsBy(now, columns, at),
  }
  const breathe = createBreather(clock)
  const rows: MatrixRow[] = []
  for (const one of page) {
    await breathe()
    const standing = tell.now?.(one)
    rows.push({
      ...describe(policy, one),
      cells: tell.cells(one),
      ...(standing && { now: standing }),
    })
  }
  return {
    plane: id,
    at,
    revision: revision ?? asked.snapshot.revision,
    as: draft ? 'draft' : revision === undefined ? 'now' : 'then',
    columns: columns.map((client) => ({
      client,
      agent: '',
      consumer: '',
      ...splitClientId(client),
    })),
    rows,
    next,
  }
}

/** Whoever may not read agents is not told which there are. */
const columnsOf = (policy: PlanePolicy, input: MatrixAsk, sight: Sight): readonly ClientId[] => {
  const { agent, consumer } = input
  const isAsked = (client: ClientId) => {
    const parts = splitClientId(client)
    return (
      (agent === undefined || parts?.agent === agent) &&
      (consumer === undefined || parts?.consumer === consumer)
    )
  }
  if (agent === undefined && !sight.names(policy, 'agents.read'))
    throw new Fault('usage', { detail: 'Name the agent: you may not read which there are.' })
  const found = listClients(policy).filter(isAsked)
  if (found.length <= mostColumns) return found
  throw new Fault('usage', {
    detail: `These are ${found.length} agents with their consumers; ${mostColumns} fit into one answer. Name an agent or a consumer.`,
  })
}

/** Of what may be explained to whoever asks, in the order of the items, kinds and names. */
const capabilitiesOf = (
  { registry }: Pick<Installation, 'registry'>,
  plane: PlaneId,
  policy: PlanePolicy,
  input: MatrixAsk,
  sight: Sight,
): Capability[] => {
  const { server } = input
  const items = server === undefined ? itemsOf(policy) : [findItem(policy, server)]
  return items
    .filter(({ name }) => sight.server(policy, name))
    .flatMap(({ name }) => [...registry.capabilities(plane, name)].sort(byKey))
    .filter(soughtBy(input))
}

const soughtBy = ({ search, class: classes }: MatrixAsk) => {
  const part = search?.toLowerCase()
  return (one: Capability): boolean =>
    (classes === undefined || classes.includes(one.classification?.class ?? 'unclassified')) &&
    (part === undefined || `${one.name}\n${titleOf(one.definition)}`.toLowerCase().includes(part))
}

const pageOf = (all: readonly Capability[], { after, limit }: MatrixAsk) => {
  const at = after === undefined ? 0 : all.findIndex((one) => compare(keyOf(one), after) > 0)
  const rest = at < 0 ? [] : all.slice(at)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return { page, next: last && rest.length > limit ? keyOf(last) : undefined }
}

/** Sorts as the rows stand. */
const keyOf = ({ server, kind, name }: Capability): string =>
  `${server} ${capabilityKinds.indexOf(kind)} ${name}`

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const byKey = (a: Capability, b: Capability): number => compare(keyOf(a), keyOf(b))

const cellsBy = ({ snapshot }: Proposal, columns: readonly ClientId[], at: number) => {
  const views: (CallerView | undefined)[] = columns.map((client) =>
    snapshot.caller(triedBy({ client })),
  )
  return (one: Capability): Cell[] => views.map((view) => (view ? cellOf(view, one, at) : 'none'))
}

const describe = (policy: PlanePolicy, one: Capability): Omit<MatrixRow, 'cells' | 'now'> => ({
  server: one.server,
  item: policy.apis.has(one.server) ? 'API' : 'Server',
  kind: one.kind,
  name: one.name,
  title: titleOf(one.definition),
  class: one.classification?.class ?? 'unclassified',
  state: one.state,
})
