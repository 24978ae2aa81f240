import { type Capability, type CapabilityKind, capabilityKinds } from '#domain/capability.ts'
import type { ApiDocument, ServerDocument } from '#domain/documents.ts'
import type { CapabilityClass } from '#domain/selector.ts'
import { type CapabilityRow, describe, titleOf } from './capabilities.ts'
import { type Desk, findPlane, itemsOf } from './desk.ts'

export interface CapabilityAsk {
  readonly plane?: string | undefined
  /** In the name or in the title, whatever the case: of ASCII alone, for identifiers have no language. */
  readonly q?: string | undefined
  readonly server?: readonly string[] | undefined
  readonly kind?: readonly CapabilityKind[] | undefined
  readonly class?: readonly (CapabilityClass | 'unclassified')[] | undefined
  readonly state?: readonly Capability['state'][] | undefined
  readonly data?: readonly string[] | undefined
  /** FIELD=VALUE of what is left out. */
  readonly not?: readonly string[] | undefined
  /** The `next` of the page before. */
  readonly after?: string | undefined
  readonly limit: number
}

export interface ListedCapability extends CapabilityRow {
  readonly server: string
  readonly item: 'Server' | 'API'
  readonly owner: string
  /** Data classes, of its item as well. */
  readonly data: readonly string[]
}

interface Facet {
  readonly field: Field
  readonly values: readonly { readonly value: string; readonly count: number }[]
}

export interface CapabilitiesAnswer {
  readonly items: readonly ListedCapability[]
  readonly next: string | undefined
  /** Of what was asked for, on all pages. */
  readonly total: number
  /** Each counted without its own filter, the most frequent value first. */
  readonly facets: readonly Facet[]
}

type Field = 'server' | 'kind' | 'class' | 'state' | 'data'
const fields = ['server', 'kind', 'class', 'state', 'data'] as const satisfies readonly Field[]

/** What it is found by: one value or, of data classes, several. */
interface Found {
  readonly one: Capability
  readonly item: ServerDocument | ApiDocument
  readonly values: Readonly<Record<Field, readonly string[]>>
}

/** Every capability of every item of a plane; what is looked over in full is the page alone. */
export const listCapabilities = (desk: Desk, input: CapabilityAsk): CapabilitiesAnswer => {
  const { change, registry } = desk.installation
  const { id, policy } = findPlane(change.current(), input.plane)
  const all = itemsOf(policy).flatMap((item) =>
    [...registry.capabilities(id, item.name)].sort(byKey).map((one) => foundOf(one, item)),
  )
  const named = all.filter(isNamed(input.q))
  const wanted = named.filter((found) => fields.every((field) => fits(found, field, input)))
  const { after } = input
  const rest = after === undefined ? wanted : wanted.filter(({ one }) => keyOf(one) > after)
  const page = rest.slice(0, input.limit)
  const last = page.at(-1)
  return {
    items: page.map(rowOf),
    next: last && page.length < rest.length ? keyOf(last.one) : undefined,
    total: wanted.length,
    facets: fields.map((field) => facetOf(field, named, input)),
  }
}

const foundOf = (one: Capability, item: ServerDocument | ApiDocument): Found => ({
  one,
  item,
  values: {
    server: [item.name],
    kind: [one.kind],
    class: [one.classification?.class ?? 'unclassified'],
    state: [one.state],
    data: [...new Set([...(item.data ?? []), ...(one.classification?.data ?? [])])],
  },
})

const isNamed = (q: string | undefined): ((found: Found) => boolean) => {
  if (q === undefined || q === '') return () => true
  const text = lower(q)
  return ({ one }) =>
    lower(one.name).includes(text) || lower(titleOf(one.definition)).includes(text)
}
const lower = (text: string): string => text.replaceAll(/[A-Z]/g, (one) => one.toLowerCase())

const fits = ({ values }: Found, field: Field, input: CapabilityAsk): boolean => {
  const asked: readonly string[] = input[field] ?? []
  const isLeftOut = values[field].some((value) => input.not?.includes(`${field}=${value}`))
  return !isLeftOut && (asked.length === 0 || values[field].some((value) => asked.includes(value)))
}

const facetOf = (field: Field, all: readonly Found[], input: CapabilityAsk): Facet => {
  const others = fields.filter((one) => one !== field)
  const counts = new Map<string, number>()
  for (const found of all)
    if (others.every((one) => fits(found, one, input)))
      for (const value of found.values[field]) counts.set(value, (counts.get(value) ?? 0) + 1)
  const values = [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
  return { field, values }
}

const rowOf = ({ one, item, values }: Found): ListedCapability => ({
  ...describe(one),
  server: item.name,
  item: item.kind,
  owner: item.owner,
  data: values.data,
})

const keyOf = ({ server, kind, name }: Capability): string =>
  `${server} ${capabilityKinds.indexOf(kind)} ${name}`
const byKey = (a: Capability, b: Capability): number => (keyOf(a) < keyOf(b) ? -1 : 1)
