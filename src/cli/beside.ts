import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { Fault } from '#lib/fault.ts'

/** What is wrong with a file that a document names. */
export const unreadable = (path: string, detail: string): Fault =>
  new Fault('bad_documents', { detail: `${path}: ${detail}` })

/** The text of a regular file in the folder of the file `from`, or below it, wherever links lead. */
export function readBeside(from: string, path: string, mostBytes: number): string {
  const folder = realpathSync(dirname(from))
  const real = realPathOf(join(folder, path))
  if (real === undefined) throw unreadable(path, `there is no such file beside ${from}`)
  if (!real.startsWith(folder + sep)) {
    const detail = `it lies outside of the folder of ${from}, and nothing is read from there`
    throw unreadable(path, detail)
  }
  const found = statSync(real)
  if (!found.isFile()) throw unreadable(path, 'it is no file')
  if (found.size > mostBytes) throw unreadable(path, 'it is too large')
  return readFileSync(real, 'utf8')
}

const realPathOf = (path: string): string | undefined => {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
