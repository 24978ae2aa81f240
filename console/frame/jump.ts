import { paths } from '../paths.ts'

/** What a pasted id names by its form alone: no list is asked for it. */
export const placeOfId = (
  text: string,
): { readonly kind: 'call' | 'entry'; readonly id: string; readonly to: string } | undefined => {
  const call = /^cal_[0-9A-HJKMNP-TV-Z]{1,26}$/.exec(text)?.[0]
  if (call !== undefined) return { kind: 'call', id: call, to: paths.call(call) }
  const position = /^#?([1-9][0-9]{0,14})$/.exec(text)?.[1]
  if (position !== undefined)
    return { kind: 'entry', id: position, to: paths.entry(Number(position)) }
  return undefined
}

/** A trace id, by which the ledger is asked. */
export const traceOf = (text: string): string | undefined =>
  /^[0-9a-f]{32}$/.exec(text) ? `${paths.ledger()}?t=30d&f.trace=${text}` : undefined
