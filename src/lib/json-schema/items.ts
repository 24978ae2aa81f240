import { Values } from './equal.ts'
import { type Compiling, type Keyword, plural, readCount, type Written } from './keyword.ts'
import { certainty, failInside, holdsInside, type Run, type Subschema } from './run.ts'
import type { Seen } from './seen.ts'

/**
 * `prefixItems` and `items`; until 2019-09 they were called `items` (where that is a list) and
 * `additionalItems`.
 */
export const items: Keyword = (written, compiling) => {
  const { first, rest } = itemsOf(written, compiling)
  if (first.length === 0 && rest === undefined) return undefined
  return (value, run, seen) => {
    if (!Array.isArray(value)) return true
    const most = rest === undefined ? Math.min(first.length, value.length) : value.length
    let isValid = true
    for (let at = 0; at < most; at++) {
      const subschema = first[at] ?? rest
      run.spend(1)
      if (subschema === undefined || holdsInside(subschema, value[at], at, run)) continue
      isValid = false
      if (run.problems === undefined) break
    }
    if (seen) seen.items = Math.max(seen.items, most)
    return isValid
  }
}

function itemsOf(
  written: Written,
  compiling: Compiling,
): { readonly first: readonly Subschema[]; readonly rest: Subschema | undefined } {
  const isOld = Array.isArray(written.items)
  const list = isOld ? 'items' : 'prefixItems'
  const others = isOld ? 'additionalItems' : 'items'
  const prefix: readonly unknown[] = Array.isArray(written[list]) ? written[list] : []
  return {
    first: prefix.map((one, at) => compiling.subschema(one, list, at)),
    rest: written[others] === undefined ? undefined : compiling.subschema(written[others], others),
  }
}

export const itemCount: Keyword = (written, compiling) => {
  const least = readCount(written, 'minItems', compiling) ?? 0
  const most = readCount(written, 'maxItems', compiling) ?? Number.POSITIVE_INFINITY
  if (least === 0 && most === Number.POSITIVE_INFINITY) return undefined
  return (value, run) => {
    if (!Array.isArray(value)) return true
    if (value.length < least) return run.fail(`must have at least ${plural(least, 'item')}`)
    return value.length <= most || run.fail(`must have at most ${plural(most, 'item')}`)
  }
}

export const uniqueItems: Keyword = (written) => {
  if (written.uniqueItems !== true) return undefined
  return (value, run) => {
    if (!Array.isArray(value)) return true
    const values = new Values()
    const at = value.findIndex((item) => !values.add(item, run))
    return at < 0 || failInside(run, at, () => 'is there already: no two items may be equal')
  }
}

/** `contains` with `minContains` and `maxContains`. */
export const contains: Keyword = (written, compiling) => {
  if (written.contains === undefined) return undefined
  const subschema = compiling.subschema(written.contains, 'contains')
  const least = readCount(written, 'minContains', compiling) ?? 1
  const most = readCount(written, 'maxContains', compiling) ?? Number.POSITIVE_INFINITY
  return (value, run, seen) => {
    if (!Array.isArray(value)) return true
    const { sure, possible } = countOf(subschema, value, run, seen)
    if (sure !== possible) run.unsure = true
    const form = 'of the form that contains describes'
    if (possible < least) return run.fail(`must have at least ${plural(least, 'item')} ${form}`)
    return sure <= most || run.fail(`must have at most ${plural(most, 'item')} ${form}`)
  }
}

function countOf(
  subschema: Subschema,
  value: readonly unknown[],
  run: Run,
  seen: Seen | undefined,
): { readonly sure: number; readonly possible: number } {
  let sure = 0
  let possible = 0
  for (const [at, item] of value.entries()) {
    const answer = certainty(subschema, item, run)
    if (answer === 'yes') sure++
    if (answer !== 'no') possible++
    if (answer !== 'no') seen?.single.add(at)
  }
  return { sure, possible }
}
