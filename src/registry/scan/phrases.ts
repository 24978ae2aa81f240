import type { Severity } from './finding.ts'
import { plainTextOf } from './plain-text.ts'

/**
 * Words that stand in this order, each at most `within` words behind the one before. Of a step any word
 * will do.
 */
export interface Phrase {
  readonly severity: Severity
  readonly says: string
  readonly steps: readonly (readonly string[])[]
  readonly within: number
}

export interface PhraseMatch {
  readonly phrase: Phrase
  /** UTF-16 units of the text. */
  readonly start: number
  readonly end: number
}

/** `phrase('serious', 'tells …', 4, 'ignore disregard', 'previous prior', 'instructions rules')`. */
export const phrase = (
  severity: Severity,
  says: string,
  within: number,
  ...steps: readonly string[]
): Phrase => ({
  severity,
  says,
  within,
  steps: steps.map((words) => plainTextOf(words).text.split(' ')),
})

interface Place {
  readonly phrase: number
  readonly step: number
}

/** So far are words on both sides of a full stop apart. */
const SENTENCE = 3

const WORDS = /[\p{L}\p{N}_'’-]+|[.!?;:]/gu

/**
 * Finds phrases in a text of lower case, each once. Only the last place of each step is kept, which is
 * the best one for whatever follows: so the time is proportional to the text, whoever wrote it.
 */
export function createPhraseFinder(phrases: readonly Phrase[]): (text: string) => PhraseMatch[] {
  const places = new Map<string, Place[]>()
  for (const [at, { steps }] of phrases.entries())
    for (const [step, words] of steps.entries())
      for (const word of words) {
        const here = places.get(word) ?? []
        // Backwards, so that one word is not two steps.
        places.set(word, [{ phrase: at, step }, ...here])
      }

  return (text) => {
    const reached = new Map<number, { at: number; start: number }[]>()
    const found = new Map<number, PhraseMatch>()
    let index = 0
    for (const match of text.matchAll(WORDS)) {
      const [word] = match
      index += /^[.!?;:]$/.test(word) ? SENTENCE : 1
      for (const { phrase: of, step } of places.get(word.replaceAll('’', "'")) ?? []) {
        const one = phrases[of]
        if (one === undefined || found.has(of)) continue
        const steps = reached.get(of) ?? []
        reached.set(of, steps)
        const before = step === 0 ? undefined : steps[step - 1]
        if (step > 0 && (before === undefined || index - before.at > one.within)) continue
        const start = before?.start ?? match.index
        steps[step] = { at: index, start }
        if (step === one.steps.length - 1)
          found.set(of, { phrase: one, start, end: match.index + word.length })
      }
    }
    return [...found.values()]
  }
}
