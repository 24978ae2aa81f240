import type { PlaneDocument } from '#domain/documents.ts'
import type { Intent, Refused, RefusedCount } from '#domain/entry.ts'
import { durationMs } from '#domain/fields.ts'
import { beginOf, endOf } from '#domain/time.ts'

/** How long what is recorded of a plane's calls is kept, and which of it is held. */
export type Keeping = Pick<NonNullable<PlaneDocument['ledger']>, 'retain' | 'hold'>

/** What of a plane's document says it. */
export type KeptAs = Pick<PlaneDocument, 'ledger' | 'timeZone'>

/** As the document says it, its holds from instant to instant. */
export const keepingOf = ({ ledger, timeZone = 'UTC' }: KeptAs): Keeping => {
  const { retain, hold } = ledger ?? {}
  const instant = (at: number): string => new Date(at).toISOString()
  return {
    ...(retain && { retain }),
    ...(hold && {
      hold: hold.map((one) => ({
        ...one,
        ...(one.since !== undefined && { since: instant(beginOf(one.since, timeZone)) }),
        ...(one.until !== undefined && { until: instant(endOf(one.until, timeZone)) }),
      })),
    }),
  }
}

/** Each that may apply, the shortest first. */
export const retentionsOf = ({ retain }: Keeping): string[] => {
  const all = [retain?.payloads, ...Object.values(retain?.classes ?? {})]
  return [...new Set(all.flatMap((one) => one ?? []))].sort((a, b) => durationMs(a) - durationMs(b))
}

/**
 * How long what is recorded of a call is kept: by its data classes, the shortest of those that have
 * one; else as everything; undefined for ever. By the classes that the entry names, which are those
 * of the day it was written.
 */
export const retentionOf = ({ data = [] }: Intent, { retain }: Keeping): string | undefined => {
  const classes = retain?.classes ?? {}
  const its = data.flatMap((one) => (Object.hasOwn(classes, one) ? (classes[one] ?? []) : []))
  const all = [...its, ...(its.length === 0 ? [retain?.payloads ?? []].flat() : [])]
  return all.reduce<string | undefined>(
    (least, one) => (least === undefined || durationMs(one) < durationMs(least) ? one : least),
    undefined,
  )
}

/** Whether a hold is about the call: all that it says must be so. */
export const isHeld = (
  { at, user, agent, server }: Intent | Refused | RefusedCount,
  { hold = [] }: Keeping,
): boolean =>
  hold.some(
    (one) =>
      (one.user === undefined || one.user === user) &&
      (one.agent === undefined || one.agent === agent) &&
      (one.server === undefined || one.server === server) &&
      (one.since === undefined || Date.parse(one.since) <= at) &&
      (one.until === undefined || at < Date.parse(one.until)),
  )
