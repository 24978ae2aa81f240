import { documentBounds, readDocument } from '#rest/openapi/document.ts'
import { readBeside, unreadable } from './beside.ts'

/** An OpenAPI document as a JSON text, which is what is kept: it has one meaning, and is read a hundred times as fast. */
export function readOpenApiFile(from: string, path: string): string {
  const read = readDocument(readBeside(from, path, documentBounds.characters * 4))
  if ('root' in read) return JSON.stringify(JSON.stringify(read.root))
  const [problem] = read.problems
  throw unreadable(
    path,
    problem ? `${problem.pointer} ${problem.message}`.trim() : 'it cannot be read',
  )
}
