import { type Compiling, isObject, type Written } from './keyword.ts'
import { notAProperty } from './members.ts'
import { type Check, failInside, holdsInside, type Run, type Subschema } from './run.ts'
import { nothingSeen, type Seen, see } from './seen.ts'

/**
 * `unevaluatedProperties` and `unevaluatedItems` (2020-12 core §11) are about what none of the other
 * checks of a subschema has seen, so these run first, and with a note of what they see.
 */
export function unevaluated(
  written: Written,
  compiling: Compiling,
  checks: readonly Check[],
): readonly Check[] {
  const last = [...membersCheck(written, compiling), ...itemsCheck(written, compiling)]
  if (last.length === 0) return checks
  const check: Check = (value, run, seen) => {
    const own = nothingSeen()
    const { unsure } = run
    run.unsure = false
    let isValid = all(checks, value, run, own)
    // What was not checked may have seen what is left.
    if (!run.unsure && (isValid || run.problems)) isValid = all(last, value, run, own) && isValid
    run.unsure ||= unsure
    if (seen) {
      run.spend(3 * (own.members.size + own.single.size))
      see(seen, own)
    }
    return isValid
  }
  return [check]
}

function all(checks: readonly Check[], value: unknown, run: Run, seen: Seen): boolean {
  let isValid = true
  for (const check of checks) {
    isValid = check(value, run, seen) && isValid
    if (!isValid && run.problems === undefined) break
  }
  return isValid
}

function membersCheck(written: Written, compiling: Compiling): Check[] {
  const inner = innerOf(written, 'unevaluatedProperties', compiling)
  if (inner === undefined) return []
  return [
    (value, run, seen) => {
      if (!isObject(value) || seen === undefined) return true
      const names = Object.keys(value)
      run.spend(3 * names.length)
      const left = names.filter((name) => !seen.members.has(name))
      if (inner === false) {
        return left.every((name) => failInside(run, name, () => notAProperty(name, seen.members)))
      }
      for (const name of left) seen.members.add(name)
      return allInside(inner, value, left, run)
    },
  ]
}

function itemsCheck(written: Written, compiling: Compiling): Check[] {
  const inner = innerOf(written, 'unevaluatedItems', compiling)
  if (inner === undefined) return []
  return [
    (value, run, seen) => {
      if (!Array.isArray(value) || seen === undefined) return true
      const left = leftOf(value, seen)
      run.spend(3 * value.length)
      seen.items = value.length
      if (inner === false) return left.every((at) => failInside(run, at, () => 'is one too many'))
      return allInside(inner, value, left, run)
    },
  ]
}

/** False where nothing may be left. */
function innerOf(
  written: Written,
  keyword: string,
  compiling: Compiling,
): Subschema | false | undefined {
  const inner = written[keyword]
  if (inner === undefined || inner === false) return inner
  return compiling.subschema(inner, keyword)
}

function leftOf(value: readonly unknown[], seen: Seen): number[] {
  return [...value.keys()].filter((at) => at >= seen.items && !seen.single.has(at))
}

function allInside<K extends string | number>(
  inner: Subschema,
  value: Readonly<Record<K, unknown>> | readonly unknown[],
  keys: readonly K[],
  run: Run,
): boolean {
  let isValid = true
  for (const key of keys) {
    isValid = holdsInside(inner, (value as Readonly<Record<K, unknown>>)[key], key, run) && isValid
    if (!isValid && run.problems === undefined) break
  }
  return isValid
}
