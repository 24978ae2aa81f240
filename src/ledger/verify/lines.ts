import { isUtf8 } from 'node:buffer'
import { type BundleFiles, chunksOf } from './bundle-files.ts'

/** What ends the reading of a file: it goes no further, and nothing behind it has been checked. */
export class Unreadable extends Error {
  readonly where: string
  constructor(where: string, says: string) {
    super(says)
    this.where = where
  }
}

/**
 * The lines of a file in batches, as they come. Each ends with a newline, the last one too. Throws
 * Unreadable where one is not UTF-8 or longer than `limitBytes`.
 */
export async function* linesOf(
  files: BundleFiles,
  name: string,
  limitBytes: number,
): AsyncGenerator<readonly string[]> {
  let rest: Uint8Array = Buffer.alloc(0)
  let line = 0
  for (const chunk of chunksOf(files, name)) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    const end = bytes.lastIndexOf(0x0a) + 1
    rest = bytes.subarray(end)
    if (rest.length > limitBytes)
      throw new Unreadable(name, `a line is longer than ${limitBytes} bytes`)
    if (end === 0) continue
    const whole = bytes.subarray(0, end - 1)
    if (!isUtf8(whole)) throw new Unreadable(name, `not UTF-8 behind line ${line}`)
    const lines = whole.toString('utf8').split('\n')
    line += lines.length
    yield lines
  }
  if (rest.length > 0) throw new Unreadable(name, 'its last line has no end')
}

/** Each line as the canonical JSON of an object with exactly these fields, in their order. */
export async function* objectsOf<Field extends string>(
  files: BundleFiles,
  name: string,
  about: { readonly limitBytes: number; readonly fields: readonly (readonly Field[])[] },
): AsyncGenerator<{ readonly line: number; readonly value: Readonly<Record<Field, unknown>> }> {
  let line = 0
  for await (const lines of linesOf(files, name, about.limitBytes)) {
    for (const text of lines) {
      line++
      const value = parsed(text)
      const keys = value === undefined ? '' : Object.keys(value).join()
      if (value === undefined || !about.fields.some((names) => names.join() === keys))
        throw new Unreadable(
          `${name} line ${line}`,
          'it is not what the format says of such a line',
        )
      yield { line, value: value as Record<Field, unknown> }
    }
  }
}

/** In what JSON.stringify wrote, an escape of a lone surrogate, for which canonical JSON has no form (RFC 8785 §3.2.2.2). */
export const halfCharacter = /(?<!\\)(?:\\\\)*\\ud[89a-f]/

const parsed = (text: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject && JSON.stringify(value) === text && !halfCharacter.test(text)
      ? value
      : undefined
  } catch {
    return undefined
  }
}
