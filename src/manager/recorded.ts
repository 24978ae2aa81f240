import type { CallRecord } from '#ledger/ledger.ts'
import type { Recorded } from '#ledger/recorded.ts'
import { Fault } from '#lib/fault.ts'
import { findCall } from './calls.ts'
import type { Desk } from './desk.ts'

/** One side of a call as it is told: text where it is text, else base64. */
export interface SideAnswer {
  readonly state: Recorded['state']
  readonly text?: string
  readonly base64?: string
  /** 64 of 0-9 and a-f: with it whoever has the text can prove it by the commitment in the entry. */
  readonly nonce?: string
}

export interface RecordedAnswer {
  readonly plane: string
  readonly call: string
  readonly arguments: SideAnswer
  readonly result: SideAnswer
}

/**
 * What is recorded of a call. That it was read is an entry, durable before anything is opened: where
 * that cannot be written, nothing is read.
 */
export const readRecorded = async (
  desk: Desk,
  input: { plane?: string | undefined; call: string; reason?: string | undefined },
  sees: (record: CallRecord) => boolean = () => true,
): Promise<RecordedAnswer> => {
  const { installation, by, clock } = desk
  const { plane, record, entries } = await findCall(desk, input)
  if (!sees(record))
    throw new Fault('not_permitted', { detail: 'This call is about items of others.' })
  const { call } = record
  const why = input.reason ?? desk.why ?? ''
  const about = { v: 1, type: 'payload.read', at: clock.now(), plane, call, by, why } as const
  await installation.ledger.plane(plane).append(about)
  const open = async (type: string): Promise<SideAnswer> => {
    const stored = entries.find(({ entry }) => entry.type === type)
    return stored ? told(await installation.recorded.open(plane, stored)) : { state: 'none' }
  }
  return {
    plane,
    call,
    arguments: await open('call.intent'),
    result: await open('call.outcome'),
  }
}

const told = (recorded: Recorded): SideAnswer => {
  const { state } = recorded
  const nonce =
    'nonce' in recorded && recorded.nonce
      ? { nonce: Buffer.from(recorded.nonce).toString('hex') }
      : {}
  if (!('bytes' in recorded)) return { state, ...nonce }
  return { state, ...textOf(Buffer.from(recorded.bytes)), ...nonce }
}

/** What was cut in the middle of a character is no text any more. */
const textOf = (bytes: Buffer): { text: string } | { base64: string } => {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { base64: bytes.toString('base64') }
  }
}
