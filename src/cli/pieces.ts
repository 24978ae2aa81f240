import type { IncomingMessage } from 'node:http'
import { type LedgerExportInput, readLine } from '#edge/control/streams.ts'
import { fromWire } from '#edge/control/wire.ts'
import type { BundlePiece } from '#ledger/bundle/bundle.ts'
import { Fault } from '#lib/fault.ts'

/** The pieces of a bundle as the control socket sends them, one a line; as slowly as they are taken. */
export async function* piecesOver(
  socketPath: string,
  input: LedgerExportInput,
): AsyncGenerator<BundlePiece> {
  const response = await post(socketPath, '/v1/ledgerExport', JSON.stringify(input))
  yield* piecesIn(response, (text) => fromWire(parsed(text)))
}

/**
 * What comes over any of the two ways. `faultOf` reads what was answered in the place of pieces. A line
 * without an end is bounded: whoever sends it does not fill this memory.
 */
export async function* piecesIn(
  response: IncomingMessage,
  faultOf: (text: string) => Fault | undefined,
): AsyncGenerator<BundlePiece> {
  let rest = ''
  response.setEncoding('utf8')
  try {
    for await (const chunk of response as AsyncIterable<string>) {
      rest += chunk
      if (response.statusCode !== 200 || !chunk.includes('\n')) {
        if (rest.length > lineLimit) break
        continue
      }
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const piece = readLine(line)
        if (piece === undefined) return
        yield piece
      }
    }
  } catch (thrown) {
    throw thrown instanceof Fault ? thrown : cutOff(thrown)
  }
  const fault = response.statusCode === 200 ? undefined : faultOf(rest)
  throw fault ?? cutOff()
}

/** The largest of what is recorded is smaller, in base64 and in base64 again. */
const lineLimit = 512 * 1024 * 1024

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const cutOff = (cause?: unknown): Fault =>
  new Fault('not_running', {
    detail: 'The running installation ended before the bundle did.',
    cause,
  })

const post = (socketPath: string, path: string, body: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { request } = process.getBuiltinModule('node:http')
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const sent = request({ socketPath, path, method: 'POST', headers })
    sent.once('error', (cause) => {
      const detail = 'The running installation did not answer on its control socket.'
      reject(new Fault('not_running', { detail, cause }))
    })
    sent.once('response', resolve)
    sent.end(body)
  })
