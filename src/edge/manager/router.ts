import { strict as assert } from 'node:assert'
import { namePattern, personPattern, vouchedPattern } from '#domain/name.ts'
import { permissions } from '#domain/roles.ts'
import { Fault } from '#lib/fault.ts'
import type { Route } from './route.ts'

export interface Found {
  readonly route: Route
  readonly path: Readonly<Record<string, string>>
}

/** What may stand in the place of each parameter: anything else is an address where nothing is. */
const parameters: Readonly<Record<string, RegExp>> = {
  plane: namePattern,
  name: namePattern,
  person: new RegExp(`${personPattern.source}|${vouchedPattern.source}`),
  passkey: /^pky_[0-9A-HJKMNP-TV-Z]{26}$/,
  token: /^tok_[0-9A-HJKMNP-TV-Z]{26}$/,
  call: /^cal_[0-9A-HJKMNP-TV-Z]{1,26}$/,
  revision: /^[1-9][0-9]{0,14}$/,
  position: /^[1-9][0-9]{0,14}$/,
}

interface Compiled {
  readonly route: Route
  readonly parts: readonly (string | { readonly name: string; readonly form: RegExp })[]
}

/**
 * Finds a request's row of the list. A row that is not whole (no permission, a parameter of no form,
 * two rows of one address) is a programmer's mistake, and nothing starts.
 */
export const createRouter = (
  routes: readonly Route[],
): ((method: string | undefined, segments: readonly string[]) => Found) => {
  const byLength = new Map<number, Compiled[]>()
  const addresses = new Set<string>()
  for (const route of routes) {
    checkRow(route, addresses)
    const parts = route.path.slice(1).split('/').map(partOf)
    byLength.set(parts.length, [...(byLength.get(parts.length) ?? []), { route, parts }])
  }
  // A word of ours goes before a name that happens to be spelled like it.
  for (const rows of byLength.values())
    rows.sort((a, b) => wordsFirst(a).localeCompare(wordsFirst(b)))

  return (method, segments) => {
    const here = (byLength.get(segments.length) ?? []).flatMap((row) => {
      const path = fit(row, segments)
      return path ? [{ route: row.route, path }] : []
    })
    const found = here.find(({ route }) => route.method === method)
    if (found) return found
    if (here.length === 0) throw new Fault('not_found')
    const allowed = [...new Set(here.map(({ route }) => route.method))].join(', ')
    throw new Fault('method_not_allowed', { detail: `This address takes ${allowed}.` })
  }
}

const checkRow = ({ method, path, needs }: Route, addresses: Set<string>): void => {
  const known: readonly string[] = [...permissions, 'signed in', 'nobody']
  assert(known.includes(needs), `${method} ${path} says no permission that there is`)
  const address = `${method} ${path.replaceAll(/\{[a-z]+\}/g, '{}')}`
  assert(!addresses.has(address), `${address} stands twice`)
  addresses.add(address)
}

const partOf = (part: string): Compiled['parts'][number] => {
  const name = /^\{([a-z]+)\}$/.exec(part)?.[1]
  if (name === undefined) return part
  const form = parameters[name]
  assert(form, `the parameter ${name} has no form`)
  return { name, form }
}

const wordsFirst = ({ parts }: Compiled): string =>
  parts.map((part) => (typeof part === 'string' ? '0' : '1')).join('')

const fit = (
  { parts }: Compiled,
  segments: readonly string[],
): Record<string, string> | undefined => {
  const path: Record<string, string> = {}
  for (const [at, part] of parts.entries()) {
    const segment = segments[at] ?? ''
    if (typeof part === 'string') {
      if (part !== segment) return undefined
    } else if (part.form.test(segment)) path[part.name] = segment
    else return undefined
  }
  return path
}

/** The form of a parameter, for the reference. */
export const formOf = (name: string): string => parameters[name]?.source ?? ''
