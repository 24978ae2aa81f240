import { RE2JS, RE2Set } from 're2js'
import { weightOf } from './pattern-weight.ts'
import { Halt, type Run } from './run.ts'

/** A regular expression that takes a time in proportion to the text. */
export interface Pattern {
  readonly source: string
  /** What compiling it cost, in about microseconds. */
  readonly weight: number
  /** Whether it is found anywhere in the text (2020-12 core §6.4: not anchored). */
  test(text: string, run: Run): boolean
}

/** Of a pattern, in characters. */
const MOST_SOURCE = 1000

/** What the automaton of one pattern may keep, in bytes. */
const MOST_MEMORY = 512 * 1024

/** So short a program has few states, which are soon all known. */
const SMALL = 10

/**
 * ECMA-262's syntax as far as RE2 has it: no look-around, no back-references, and `\s` is ASCII
 * white space alone. Says why where it cannot be taken, or where it would cost more than `room`.
 */
export function compilePattern(
  source: string,
  room: number,
): Pattern | { readonly because: string } {
  if (source.length > MOST_SOURCE) return { because: `is longer than ${MOST_SOURCE} characters` }
  const weight = weightOf(source)
  if (weight > room) return { because: 'repeats too much' }
  const set = new RE2Set(RE2Set.UNANCHORED, 0, MOST_MEMORY)
  try {
    set.add(RE2JS.translateRegExp(source))
    set.compile()
  } catch {
    return { because: 'is none that can be checked in linear time' }
  }
  const size = set.prog.numInst()
  const test = (text: string, run: Run): boolean => {
    const most = costOf(size, text.length)
    if (most > run.steps) run.spend(most)
    const before = set.dfa.stateCount
    const isFound = isFoundIn(set, text)
    run.spend(spentOn(size, text.length, set.dfa.stateCount - before))
    return isFound
  }
  return { source, weight, test }
}

function isFoundIn(set: RE2Set, text: string): boolean {
  try {
    return set.match(text).length > 0
  } catch {
    // Its own limits are limits as well.
    throw new Halt('budget')
  }
}

/**
 * The most that it can cost, in steps: the automaton learns a state with every character until its
 * memory is full, and what is left is simulated instruction by instruction.
 */
function costOf(size: number, length: number): number {
  const isSoonKnown = size <= SMALL
  const states = Math.min(length, isSoonKnown ? 4 << size : MOST_MEMORY / 100)
  return lengthCost(length) + states * stateCost(size) + (isSoonKnown ? 0 : (length * size) >>> 1)
}

/** What it has cost: states that were learned stay, so that texts of one kind soon cost their length. */
function spentOn(size: number, length: number, learned: number): number {
  return learned < 0 ? costOf(size, length) : lengthCost(length) + learned * stateCost(size)
}

const lengthCost = (length: number): number => 20 + (length >>> 2)

const stateCost = (size: number): number => 40 + size
