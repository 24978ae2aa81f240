import { type CelList, type CelMap, type CelValue, isCelList, isCelMap } from '@bufbuild/cel'
import { isReflectMessage } from '@bufbuild/protobuf/reflect'
import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt'
import { pay, payForText } from './meter.ts'

/**
 * Equality of CEL (cel-spec, langdef.md, Equality) over what a condition can hold: numbers are equal
 * across their types where their values are; whatever else differs in type is not equal.
 */
export const isSame = (a: CelValue | undefined, b: CelValue | undefined): boolean => {
  pay(1)
  if (typeof a === 'string') return typeof b === 'string' && isSameText(a, b)
  // An int and a double as what they are, neither turned into the other; NaN is nothing's equal.
  if (isNumber(a)) return isNumber(b) && a <= b && a >= b
  if (isCelList(a)) return isCelList(b) && isSameList(a, b)
  if (isCelMap(a)) return isCelMap(b) && isSameMap(a, b)
  return a === b || isSameTime(a, b)
}

const isNumber = (value: CelValue | undefined): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint'

const isSameText = (a: string, b: string): boolean => {
  if (a.length !== b.length) return false
  payForText(a.length)
  return a === b
}

const isSameList = (a: CelList, b: CelList): boolean => {
  if (a.size !== b.size) return false
  for (let i = 0; i < a.size; i++) if (!isSame(a.get(i), b.get(i))) return false
  return true
}

const isSameMap = (a: CelMap, b: CelMap): boolean => {
  if (a.size !== b.size) return false
  for (const [key, one] of a) if (!isSame(one, b.get(key))) return false
  return true
}

const isSameTime = (a: CelValue | undefined, b: CelValue | undefined): boolean => {
  const [one, other] = [timeOf(a), timeOf(b)]
  return (
    one !== undefined &&
    one.$typeName === other?.$typeName &&
    one.seconds === other.seconds &&
    one.nanos === other.nanos
  )
}

/** A condition makes no other message than these. */
const timeOf = (value: unknown): Timestamp | Duration | undefined =>
  isReflectMessage(value) ? (value.message as Timestamp | Duration) : undefined
