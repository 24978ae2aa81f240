import { isObject, type JsonDocument, readJson, spanOf, splice } from '#lib/json.ts'
import { type Message, readMessage } from '#mcp/messages.ts'
import { findMethod } from '#mcp/methods.ts'
import { classifyResult } from '#mcp/results.ts'
import { type Era, MODERN_REVISIONS, type Revision } from '#mcp/revisions.ts'
import type { Exchange, Sink } from '#upstream/upstream.ts'
import { type ErrorFate, fateOf } from './error.ts'
import { legacyResult, underId } from './result.ts'

/** JSON from a server: relayed as it came, so a number that we cannot hold is not ours to refuse. */
export const answerLimits = { depth: 256, nodes: 5_000_000, inexactNumbers: 'keep' } as const

export interface AnswerAbout {
  readonly method: string
  readonly revision: Revision
  /** JSON texts. */
  readonly callerId: string
  readonly sentId: string
  readonly isWrapped: boolean
  /** Whose the errors are: those of a legacy server mean to a legacy caller what they say. */
  readonly errorsOf: Era
}

/** Methods whose result may ask for more (2026-07-28, basic/patterns/mrtr). */
const mayAsk: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])

/**
 * Hears a server of the modern era and tells the sink what a legacy one would have said: notices as
 * they come, then one answer. A result that asks for more passes as it is; the gateway asks then. A
 * request of the server's own, which that era does not have, is dropped: its caller would answer it.
 */
export const createAnswerSink = (
  about: AnswerAbout,
  sink: Sink,
  inner: () => Exchange | undefined,
): Sink => {
  let isOver = false
  let isAnswered = false
  let status = 0

  const broken = (detail: string): boolean => {
    isOver = true
    inner()?.cancel('its answer is not of its era')
    sink.fail('upstream_broken', detail)
    return true
  }
  const answer = (doc: JsonDocument, message: Message): boolean => {
    if (isAnswered) return true
    isAnswered = true
    const told = translated(doc, message, about)
    return 'problem' in told ? broken(told.problem) : sink.message(told.bytes)
  }

  return {
    head(head) {
      status = head.status
      // A status of the modern era would mean something else in this one: 404, that the session is gone.
      const said = head.kind === 'none' ? head.status : 200
      sink.head({ ...head, status: said, sessionId: undefined })
    },
    message(bytes) {
      if (isOver || bytes.length === 0) return true
      const doc = readAnswer(bytes)
      const message = doc && readMessage(doc)
      // What is no message is dropped by whoever reads it next, and said so.
      if (!doc || !message || message.kind === 'invalid') return sink.message(bytes)
      if (message.kind === 'result' || message.kind === 'error')
        return isFor(message, about) ? answer(doc, message) : true
      return message.kind === 'request' || !isNotice(message.method) || sink.message(bytes)
    },
    end() {
      if (isOver) return
      if (isAnswered) sink.end()
      else broken(`ended its answer (${status}) without a message`)
    },
    fail(...failed) {
      if (!isOver) sink.fail(...failed)
    },
  }
}

type Told = { readonly bytes: Uint8Array } | { readonly problem: string }

const translated = (doc: JsonDocument, message: Message, about: AnswerAbout): Told => {
  const { method, callerId } = about
  if (message.kind === 'error') {
    const fate = about.errorsOf === 'modern' ? fateOf(message, about) : asItIs
    if (fate.kind === 'broken') return { problem: `refused a request with ${message.error.code}` }
    if (fate.kind === 'said') return fate
    const code = fate.kind === 'code' ? spanOf(doc, 'error', 'code') : undefined
    const renumbered =
      code && fate.kind === 'code'
        ? splice(doc.bytes, [{ span: code, text: String(fate.code) }])
        : undefined
    return { bytes: underId(renumbered ? readJson(renumbered, answerLimits) : doc, callerId) }
  }
  if (message.kind !== 'result') return { problem: 'answered with no answer' }
  const is = classifyResult(message.result)
  if (is === 'input required' && mayAsk.has(method)) return { bytes: underId(doc, callerId) }
  if (is === 'input required' || is === 'invalid')
    return { problem: `answered ${method} with a result of a type that it may not have` }
  return { bytes: legacyResult(doc, about) }
}

const asItIs: ErrorFate = { kind: 'as it is' }

const isFor = (message: { id: unknown }, { sentId }: AnswerAbout): boolean =>
  message.id === undefined || JSON.stringify(message.id) === sentId

const isNotice = (method: string): boolean =>
  findMethod('server', MODERN_REVISIONS[0], method)?.kind === 'notice'

export const readAnswer = (bytes: Uint8Array): JsonDocument | undefined => {
  try {
    const doc = readJson(bytes, answerLimits)
    return isObject(doc.value) ? doc : undefined
  } catch {
    return undefined
  }
}
