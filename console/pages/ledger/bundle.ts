import { Problem, problemOf, unreachable } from '../../api/problem.ts'
import { type Packed, tarOf } from './tar.ts'

export interface ExportAsk {
  readonly since: string
  readonly until?: string
  readonly payloads: boolean
  readonly disclose: boolean
}

/** As docs/api.md says of a bundle: a line for each piece, and a last one without which it was cut off. */
type Line = { readonly file: string; readonly bytes: string } | { readonly end: true }

/** What is exported, as a file to keep; tells its bytes as they come. Throws a Problem. */
export const exportBundle = async (
  plane: string,
  about: ExportAsk,
  manner: { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void },
): Promise<Blob> => {
  const response = await fetch(`/api/v1/planes/${encodeURIComponent(plane)}/ledger/export`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(about),
    signal: manner.signal,
  }).catch((thrown: unknown) => {
    if (manner.signal.aborted) throw thrown
    throw unreachable()
  })
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => undefined))
  const files = new Map<string, Uint8Array<ArrayBuffer>[]>()
  let bytes = 0
  let hasEnded = false
  for await (const line of linesOf(response)) {
    if ('end' in line) hasEnded = true
    else {
      const piece = bytesOf(line.bytes)
      files.set(line.file, [...(files.get(line.file) ?? []), piece])
      bytes += piece.length
      manner.onBytes(bytes)
    }
  }
  if (!hasEnded) throw new Problem(502, { type: 'cut_off' })
  const packed = [...files].map(([name, pieces]): Packed => ({ name, pieces }))
  return tarOf(`${plane}-evidence`, packed)
}

async function* linesOf(response: Response): AsyncGenerator<Line> {
  if (!response.body) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = `${rest}${read.value}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield JSON.parse(line) as Line
  }
  if (rest !== '') yield JSON.parse(rest) as Line
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))

/** What whoever gets a bundle types, as its README.txt has it. */
export const verifyOf = (folder: string): string => `bailiwick verify ./${folder} --key KEY`
