import type { Filter } from '../../filters/grammar.ts'
import { type Range, sinceUntil } from '../../filters/time.ts'
import { fieldOfApi, isCallField } from './fields.ts'

/** Which calls, as the API takes it. */
export interface CallAsk {
  readonly since: string
  readonly until?: string
  readonly where?: string[]
  readonly any?: string[]
}

/** `capability:bank/accounts_list -agent:smoke "two words"`, as somebody writes it. */
export interface Question {
  readonly filters: readonly Filter[]
  /** What says no field: not asked for, and said. */
  readonly loose: readonly string[]
}

export const readQuestion = (text: string): Question => {
  const filters: Filter[] = []
  const loose: string[] = []
  for (const [word] of text.matchAll(/(?:"[^"]*"|[^\s"])+/g)) {
    const [, not, field, value] = /^(-?)([A-Za-z.]+):(.+)$/.exec(word) ?? []
    const said = value?.replaceAll('"', '')
    if (field === undefined || !said || !isField(field)) loose.push(word.replaceAll('"', ''))
    else filters.push({ ...named(field, said), not: not === '-', values: [said] })
  }
  return { filters, loose }
}

/** A capability by its name alone is asked for by its name. */
const named = (field: string, value: string) => ({
  field: field === 'capability' && !value.includes('/') ? 'name' : field,
})

/** An argument that is indexed has a field of its own. */
export const isField = (field: string): boolean => isCallField(field) || field.startsWith('arg.')

export const askOf = (filters: readonly Filter[], range: Range): CallAsk => {
  const where: string[] = []
  const any: string[] = []
  for (const { field, not, values } of filters) {
    if (!isField(field)) continue
    const api = fieldOfApi(field)
    if (not) where.push(...values.map((value) => `${api}!=${value}`))
    else if (values.length === 1) where.push(`${api}=${values[0]}`)
    else any.push(...values.map((value) => `${api}=${value}`))
  }
  return {
    ...sinceUntil(range),
    ...(where.length > 0 && { where }),
    ...(any.length > 0 && { any }),
  }
}

/** Where a pasted id leads by itself: to a call, to an entry, or to the calls of a trace. */
export type Landing =
  | { readonly to: 'call' | 'trace'; readonly id: string }
  | { readonly to: 'entry'; readonly position: number }

export const landingOf = (text: string): Landing | undefined => {
  const written = text.trim()
  if (/^cal_[0-9A-HJKMNP-TV-Z]{4,26}$/.test(written)) return { to: 'call', id: written }
  if (/^[0-9a-f]{32}$/.test(written)) return { to: 'trace', id: written }
  const [, position] = /^#?([1-9][0-9]{0,14})$/.exec(written.replaceAll(/[,. ]/g, '')) ?? []
  return position === undefined ? undefined : { to: 'entry', position: Number(position) }
}
