import { RE2JS } from '@bufbuild/re2'
import { bounds } from './bounds.ts'
import { unseen } from './unseen.ts'

/** A pattern of RE2: no backtracking, time in proportion to text × instructions. */
interface Pattern {
  readonly compiled: RE2JS
  readonly instructions: number
  /** Characters that it has been tried on since it was compiled. */
  read: number
}

/** Undefined where `matches` takes it. */
export const problemOfPattern = (pattern: string): string | undefined => {
  if (pattern.length > bounds.patternLength)
    return `a pattern has at most ${bounds.patternLength} characters`
  try {
    return sizeOf(RE2JS.compile(pattern)) > bounds.patternInstructions
      ? 'this pattern repeats too much; count fewer times'
      : undefined
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*?regexp: /, '') : ''
    return `RE2 does not take this pattern: ${unseen.test(reason) ? 'see its escapes' : reason}`
  }
}

const sizeOf = (compiled: RE2JS): number => compiled.re2().prog.numInst()

/**
 * What a pattern is tried on leaves states behind in it, up to some kilobytes for each character
 * (`DFA.js` of the library), so one that has read this much is compiled anew.
 */
const mostRead = 16_384

/** Those in use, the ones used first given up first. */
const mostKept = 500
const kept = new Map<string, Pattern>()

const patternOf = (text: string): Pattern => {
  const known = kept.get(text)
  if (known && known.read <= mostRead) return known
  const compiled = RE2JS.compile(text)
  const made = { compiled, instructions: sizeOf(compiled), read: 0 }
  kept.set(text, made)
  if (kept.size > mostKept) kept.delete(kept.keys().next().value as string)
  return made
}

/** `pay` is told how many instructions meet a character at most, before any does. */
export const matchPattern = (
  text: string,
  pattern: string,
  pay: (meetings: number) => void,
): boolean => {
  const known = patternOf(pattern)
  pay(text.length * known.instructions)
  known.read += text.length
  return known.compiled.test(text)
}
