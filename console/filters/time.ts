/** A stretch of time as the address has it: `24h`, counted back from now, or two instants. */
export type Range =
  | { readonly kind: 'relative'; readonly text: string; readonly ms: number }
  | { readonly kind: 'fixed'; readonly text: string; readonly from: number; readonly to: number }

const units: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

export const readRange = (text: string | undefined): Range | undefined => {
  const [, count, unit] = /^([1-9][0-9]{0,4})([mhd])$/.exec(text ?? '') ?? []
  if (text !== undefined && unit !== undefined)
    return { kind: 'relative', text, ms: Number(count) * (units[unit] ?? 0) }
  const [from, to, more] = (text ?? '').split('..').map((one) => Date.parse(one))
  if (text === undefined || from === undefined || to === undefined || more !== undefined)
    return undefined
  return from < to ? { kind: 'fixed', text, from, to } : undefined
}

/** Seconds are kept where there are any: a link has to mean the same rows. */
const instant = (at: number): string => new Date(at).toISOString().replace(/(:00)?\.000Z$/, 'Z')

export const fixedRange = (from: number, to: number): string => `${instant(from)}..${instant(to)}`

/** The same stretch, told so that it means the same tomorrow. */
export const frozen = (range: Range, now: number): string =>
  range.kind === 'fixed' ? range.text : fixedRange(now - range.ms, now)

/** As the API takes it. */
export const sinceUntil = (range: Range): { since: string; until?: string } =>
  range.kind === 'relative'
    ? { since: range.text }
    : { since: new Date(range.from).toISOString(), until: new Date(range.to).toISOString() }

export const boundsOf = (range: Range, now: number): { from: number; to: number } =>
  range.kind === 'relative' ? { from: now - range.ms, to: now } : range
