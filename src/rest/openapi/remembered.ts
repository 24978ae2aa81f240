import type { Reading } from './document.ts'
import { type OpenApi, readOpenApi } from './read-openapi.ts'
import { createReadingThread } from './reading-thread.ts'

/** A document is checked, compared with what is pinned and then served, each time from its text. */
const mostCharacters = 8 * 1024 * 1024

/** What is read in this thread, within some tens of milliseconds; calls wait for that long. */
const mostHere = 16 * 1024

interface Known {
  readonly characters: number
  readonly reading: Promise<Reading<OpenApi>>
  read: Reading<OpenApi> | undefined
}

const known = new Map<string, Known>()
const readApart = createReadingThread()

/**
 * As `readOpenApi`, what is large in a thread of its own: a megabyte takes a second, and calls go on
 * meanwhile. The last answers are kept. `lentIn` is the header that a credential is lent in.
 */
export function openApiOf(text: string, lentIn: string | undefined): Promise<Reading<OpenApi>> {
  const key = keyOf(text, lentIn)
  const found = known.get(key) ?? begin(text, lentIn)
  known.delete(key)
  known.set(key, found)
  forgetOldest()
  return found.reading
}

/** For whoever cannot wait: what `openApiOf` answered, where it is still kept, else read here and now. */
export const openApiNow = (text: string, lentIn: string | undefined): Reading<OpenApi> =>
  known.get(keyOf(text, lentIn))?.read ?? readOpenApi(text, undefined, lentIn)

const keyOf = (text: string, lentIn: string | undefined): string =>
  `${lentIn?.toLowerCase() ?? ''}\n${text}`

function begin(text: string, lentIn: string | undefined): Known {
  const isShort = text.length <= mostHere
  const read = isShort ? readOpenApi(text, undefined, lentIn) : undefined
  const reading = read ? Promise.resolve(read) : readApart(text, lentIn)
  const begun: Known = { characters: text.length, reading, read }
  reading.then(
    (answer) => {
      begun.read = answer
    },
    // Whoever asks again has it read again.
    () => known.delete(keyOf(text, lentIn)),
  )
  return begun
}

function forgetOldest(): void {
  let characters = 0
  for (const one of known.values()) characters += one.characters
  for (const [key, one] of known) {
    if (characters <= mostCharacters || known.size === 1) return
    known.delete(key)
    characters -= one.characters
  }
}
