import assert from 'node:assert/strict'

/** Entries hold no other numbers (RFC 8785 would write them in many ways). */
export const integer = (value: number): number => {
  assert(Number.isSafeInteger(value), 'entries hold integers only')
  return value
}
