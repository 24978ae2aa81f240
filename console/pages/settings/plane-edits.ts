import type { PlaneRow } from './use-plane-documents.ts'

export type PlaneDocument = PlaneRow['document']
type Ledger = NonNullable<PlaneDocument['ledger']>
export type Hold = NonNullable<Ledger['hold']>[number]

/** What a form says of a plane; an empty text says nothing, and the gateway's default holds. */
export interface PlaneTexts {
  readonly title: string
  readonly owner: string
  readonly timeZone: string
  readonly tokenLifetime: string
}

/** `400d`, or nothing. */
export interface RetentionTexts {
  readonly entries: string
  readonly payloads: string
}

export const withTexts = (document: PlaneDocument, texts: PlaneTexts): PlaneDocument =>
  saying({ ...document, ...texts })

export const withRetention = (document: PlaneDocument, texts: RetentionTexts): PlaneDocument =>
  withLedger(document, (ledger) => ({ ...ledger, retain: { ...ledger.retain, ...texts } }))

/** Of one data class: whether it is recorded at all, and for how long. */
export const withClass = (
  document: PlaneDocument,
  name: string,
  { isMasked, kept }: { readonly isMasked: boolean; readonly kept: string },
): PlaneDocument =>
  withLedger(document, (ledger) => {
    const others = (ledger.mask ?? []).filter((one) => one !== name)
    return {
      ...ledger,
      mask: isMasked ? [...others, name].sort() : others,
      retain: { ...ledger.retain, classes: { ...ledger.retain?.classes, [name]: kept } },
    }
  })

export const withHold = (document: PlaneDocument, hold: Hold): PlaneDocument =>
  withLedger(document, (ledger) => ({
    ...ledger,
    hold: [...(ledger.hold ?? []), saying(hold)],
  }))

export const withoutHold = (document: PlaneDocument, name: string): PlaneDocument =>
  withLedger(document, (ledger) => ({
    ...ledger,
    hold: (ledger.hold ?? []).filter((one) => one.name !== name),
  }))

/** Whether what is recorded may go earlier by the second than by the first: that cannot be taken back. */
export const keepsLess = (before: PlaneDocument, after: PlaneDocument): boolean => {
  const classes = new Set([before, after].flatMap((one) => Object.keys(classesOf(one))))
  return (
    entryDays(after) < entryDays(before) ||
    payloadDays(after) < payloadDays(before) ||
    [...classes].some((name) => classDays(after, name) < classDays(before, name))
  )
}

const entryDays = ({ ledger }: PlaneDocument): number => daysIn(ledger?.retain?.entries, 3650)
const payloadDays = ({ ledger }: PlaneDocument): number =>
  daysIn(ledger?.retain?.payloads, Number.POSITIVE_INFINITY)
const classesOf = ({ ledger }: PlaneDocument): Readonly<Record<string, string>> =>
  ledger?.retain?.classes ?? {}
const classDays = (document: PlaneDocument, name: string): number =>
  daysIn(classesOf(document)[name], payloadDays(document))

/** What is no number of days is refused by the gateway, and shortens nothing here. */
const daysIn = (text: string | undefined, usual: number): number =>
  text !== undefined && /^[0-9]+d$/.test(text) ? Number(text.slice(0, -1)) : usual

const withLedger = (document: PlaneDocument, change: (ledger: Ledger) => Ledger): PlaneDocument => {
  const { retain: kept = {}, ...ledger } = change(document.ledger ?? {})
  const retain = saying({ ...kept, classes: saying(kept.classes ?? {}) })
  return saying({ ...document, ledger: saying({ ...ledger, retain }) })
}

/** Without members that say nothing: the gateway takes no empty ones. */
const saying = <V extends object>(value: V): V =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => !saysNothing(member))) as V

const saysNothing = (value: unknown): boolean =>
  value === undefined ||
  value === '' ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
