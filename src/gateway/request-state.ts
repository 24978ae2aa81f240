import { createHash } from 'node:crypto'
import type { PlaneId } from '#domain/name.ts'
import {
  canonicalJson,
  type JsonDocument,
  type JsonObject,
  readJson,
  spanOf,
  splice,
} from '#lib/json.ts'
import { membersText } from '#lib/json-members.ts'
import { INVALID_PARAMS, type ProtocolRefusal } from '#mcp/messages.ts'
import type { Keyring } from '#vault/vault.ts'
import { type Ask, type Caller, callerKey } from './exchange.ts'
import { answerLimits } from './forward.ts'
import type { Target } from './target.ts'

/**
 * `requestState` of every round that passes here (MCP 2026-07-28, basic/patterns/mrtr), sealed under
 * the plane's key and bound to who was asked and what for: another caller's, one of another call or
 * with other arguments, one that is too old or was made up is refused before anything goes to a
 * server. A server's own state travels inside, and comes back to it byte for byte.
 */
export interface RequestStates {
  /** What a retry brings; undefined where it brings none. */
  open(about: Round): Opened | 'refused' | undefined
  /** The final message of a round with a state of ours in it, whether or not its server gave one. */
  seal(about: Round & { final: Uint8Array; round: number }): Uint8Array
}

interface Round {
  readonly plane: PlaneId
  readonly caller: Caller
  readonly ask: Ask
  readonly target: Target
}

export interface Opened {
  /** From 1: how many were answered before. */
  readonly round: number
  /** The message with the server's own state in the place of ours, or with none. */
  readonly doc: JsonDocument
}

/** Longer than any state that a server needs, and than what a header of a proxy would carry. */
const mostChars = 1_000_000

export const createRequestStates = (parts: {
  keyring: Pick<Keyring, 'sealer'>
  /** How long a round may be answered, milliseconds. */
  timeoutMs: number
  now(): number
}): RequestStates => {
  const sealer = (plane: PlaneId) => parts.keyring.sealer(plane, 'request state')

  const read = (about: Round, text: string): [number, string | null] | undefined => {
    if (text.length > mostChars || !/^[A-Za-z0-9_-]+$/.test(text)) return undefined
    const plain = sealer(about.plane).open(Buffer.from(text, 'base64url'), contextOf(about))
    if (!plain) return undefined
    const [endsAt, round, inner] = JSON.parse(plain.toString()) as [number, number, string | null]
    return parts.now() < endsAt ? [round, inner] : undefined
  }

  return {
    open(about) {
      const { requestState } = about.ask.params
      if (requestState === undefined) return undefined
      const found = typeof requestState === 'string' ? read(about, requestState) : undefined
      if (!found) return 'refused'
      const [round, inner] = found
      return { round, doc: withState(about.ask.doc, about.ask.params, inner) }
    },
    seal({ final, round, ...about }) {
      const doc = readJson(final, answerLimits)
      const inner = (doc.value as { result: { requestState?: string } }).result.requestState
      const held = [parts.now() + parts.timeoutMs, round, inner ?? null]
      const sealed = sealer(about.plane).seal(Buffer.from(JSON.stringify(held)), contextOf(about))
      const text = JSON.stringify(sealed.toString('base64url'))
      const span = spanOf(doc, 'result', 'requestState')
      if (span) return splice(final, [{ span, text }])
      const start = (spanOf(doc, 'result')?.start ?? 0) + 1
      return splice(final, [{ span: { start, end: start }, text: `"requestState":${text},` }])
    },
  }
}

/** −32602: what is not ours says nothing about why (basic/patterns/mrtr §Server Requirements). */
export const notOurState: ProtocolRefusal = {
  status: 200,
  code: INVALID_PARAMS,
  message: 'requestState is none of this call, or too old. Call again without it.',
}

/** What it is bound to: no two calls by other callers, of other things or with other arguments have the same. */
const contextOf = ({ caller, ask, target }: Round): string => {
  const args = createHash('sha256').update(canonicalJson(ask.params.arguments ?? null))
  return JSON.stringify([
    callerKey(caller.view),
    target.server,
    ask.method,
    target.name,
    args.digest('base64url'),
  ])
}

/** With the server's own state in the place of ours; without any where it has none. Nothing else is another byte. */
const withState = (
  doc: JsonDocument,
  params: Ask['params'],
  inner: string | null,
): JsonDocument => {
  const text = membersText(doc, ['params'], params as JsonObject, (key) => {
    if (key !== 'requestState') return 'as it is'
    return inner === null ? undefined : Buffer.from(JSON.stringify(inner))
  })
  const span = spanOf(doc, 'params')
  return span ? readJson(splice(doc.bytes, [{ span, text }]), answerLimits) : doc
}
