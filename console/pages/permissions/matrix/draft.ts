import { useSyncExternalStore } from 'react'
import type { Cell, Row } from './load.ts'

/** A cell as somebody would have it. Nothing of it is in force until it is applied. */
export interface DraftCell {
  readonly client: string
  readonly server: string
  readonly kind: Row['kind']
  readonly name: string
  readonly allow: boolean
}

export type Draft = ReadonlyMap<string, DraftCell>

type Place = Omit<DraftCell, 'allow'>
export const cellKey = ({ client, server, kind, name }: Place): string =>
  `${client} ${server} ${kind} ${name}`

/** Kept over a reload, in this tab alone: it is nobody's but whose it is. */
const keptAs = (plane: string): string => `bailiwick.draft.${plane}`
const drafts = new Map<string, Draft>()
const listeners = new Set<() => void>()
const none: Draft = new Map()

const readKept = (plane: string): Draft => {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keptAs(plane)) ?? '[]')
    const cells = Array.isArray(kept) ? kept.filter(isDraftCell) : []
    return cells.length === 0 ? none : new Map(cells.map((one) => [cellKey(one), one]))
  } catch {
    return none
  }
}

const isDraftCell = (value: unknown): value is DraftCell => {
  const { client, server, kind, name, allow } = Object(value) as Record<string, unknown>
  return (
    [client, server, kind, name].every((one) => typeof one === 'string') &&
    typeof allow === 'boolean'
  )
}

const draftOf = (plane: string): Draft => {
  const known = drafts.get(plane)
  if (known) return known
  const kept = readKept(plane)
  drafts.set(plane, kept)
  return kept
}

/** Puts another draft in the place of the one that is; answers what was there before. */
export const setDraft = (plane: string, next: Draft): Draft => {
  const before = draftOf(plane)
  drafts.set(plane, next)
  if (next.size === 0) sessionStorage.removeItem(keptAs(plane))
  else sessionStorage.setItem(keptAs(plane), JSON.stringify([...next.values()]))
  for (const tell of listeners) tell()
  return before
}

export const discard = (plane: string): Draft => setDraft(plane, none)

/** What would be made so, and stands so already, is no part of a draft. */
export const edit = (
  plane: string,
  places: readonly (Place & { readonly state: Cell })[],
  allow: boolean,
): void => {
  const next = new Map(draftOf(plane))
  for (const { state, ...place } of places) {
    if (isAlready(state, allow)) next.delete(cellKey(place))
    else next.set(cellKey(place), { ...place, allow })
  }
  setDraft(plane, next)
}

/** Where arguments decide, a grant that asks for none is still something else. */
const isAlready = (state: Cell, allow: boolean): boolean =>
  allow ? ['permitted', 'held', 'denied'].includes(state) : state === 'none'

export const useDraft = (plane: string): Draft =>
  useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => draftOf(plane),
  )
