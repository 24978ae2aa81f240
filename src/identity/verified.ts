import type { VerifiedToken } from './identity.ts'

export interface VerifiedEntry {
  readonly token: VerifiedToken
  /** What stood when it was last looked at; looked at anew under another number. */
  revision: number
}

export interface VerifiedTokens<Entry = VerifiedEntry> {
  find(text: string): Entry | undefined
  put(text: string, entry: Entry): void
  forget(text: string): void
}

/**
 * Verified tokens by their exact text, in two generations: when the young one is full it becomes the
 * old one, and what the old one still held is dropped. So it is bounded, keeps what is in use, and
 * costs one look-up on a hit. Only tokens whose signature we checked come in, so no stranger fills it.
 */
export function createVerifiedTokens<Entry = VerifiedEntry>(most: number): VerifiedTokens<Entry> {
  let young = new Map<string, Entry>()
  let old = new Map<string, Entry>()

  function put(text: string, entry: Entry): void {
    if (young.size * 2 >= most) {
      old = young
      young = new Map()
    }
    young.set(text, entry)
  }

  return {
    find(text) {
      const entry = young.get(text)
      if (entry !== undefined) return entry
      const kept = old.get(text)
      if (kept !== undefined) put(text, kept)
      return kept
    },
    put,
    forget(text) {
      young.delete(text)
      old.delete(text)
    },
  }
}
