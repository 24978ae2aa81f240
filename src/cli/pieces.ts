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
  let rest = ''
  response.setEncoding('utf8')
  for await (const chunk of response as AsyncIterable<string>) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const piece = readLine(line)
      if (piece === undefined) return
      yield piece
    }
  }
  const fault = response.statusCode === 200 ? undefined : fromWire(parsed(rest))
  throw fault ?? cutOff()
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const cutOff = (): Fault =>
  new Fault('not_running', { detail: 'The running installation ended before the bundle did.' })

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
