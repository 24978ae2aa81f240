import { z } from 'zod'
import type { BundlePiece } from '#ledger/bundle/bundle.ts'
import { Fault } from '#lib/fault.ts'
import type { Desk } from '#manager/desk.ts'
import { exportLedger } from '#manager/evidence.ts'
import { fromWire } from './wire.ts'

const position = z.int().min(1)
const written = z.string().min(1).max(2048)

const input = z.strictObject({
  plane: written.optional(),
  from: position.optional(),
  to: z.int().min(0).optional(),
  since: written.optional(),
  until: written.optional(),
  payloads: z.boolean(),
  disclose: z.boolean(),
})
export type LedgerExportInput = z.input<typeof input>

/** What the control socket answers in pieces, one JSON object a line: a bundle may be larger than memory. */
export const ledgerExport = (desk: Desk, asked: unknown): Promise<AsyncIterable<BundlePiece>> => {
  const checked = input.safeParse(asked)
  if (!checked.success)
    throw new Fault('usage', {
      detail: checked.error.issues
        .map(({ path, message }) => `${path.join('.')}: ${message}`)
        .join('\n'),
    })
  return exportLedger(desk, checked.data)
}

/** A line as it came; undefined at the end. Throws the fault that ended it early. */
export const readLine = (line: string): BundlePiece | undefined => {
  const value = parsed(line)
  const fault = fromWire(value)
  if (fault) throw fault
  if (typeof value === 'object' && value !== null && 'end' in value) return undefined
  const checked = piece.safeParse(value)
  if (!checked.success)
    throw new Fault('internal', { cause: new Error('a line that is no piece of a bundle') })
  return { file: checked.data.file, bytes: Buffer.from(checked.data.bytes, 'base64') }
}

const piece = z.strictObject({ file: z.string(), bytes: z.string() })

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
