import { elementSpans, type JsonDocument, type JsonLimits, readJson, type Span } from '#lib/json.ts'
import { type InvalidMessage, type Message, readMessage } from './messages.ts'
import { hasBatches, type Revision } from './revisions.ts'

/** A batch longer than this is refused whole. */
export const BATCH_LIMIT = 50

/** One message of a batch, and where it stands in the bytes of the whole. */
export interface BatchMember {
  readonly span: Span
  /** The member by itself: its bytes are the span's, its own spans count from there. */
  readonly doc: JsonDocument
  readonly message: Message | InvalidMessage
}

/** Whether a text is a batch at all, in whatever revision. */
export function isBatch(doc: JsonDocument): boolean {
  return Array.isArray(doc.value)
}

/**
 * The messages of a batch (JSON-RPC 2.0 §6; MCP 2025-03-26, basic §Batching), in order, an invalid
 * one in its place; each is answered by itself. A problem refuses the whole: the revision knows no
 * batches, there is no message in it, or there are more than BATCH_LIMIT.
 */
export function readBatch(
  doc: JsonDocument,
  revision: Revision,
  limits: JsonLimits,
): readonly BatchMember[] | { readonly problem: 'revision' | 'empty' | 'too-many' } {
  if (!hasBatches(revision)) return { problem: 'revision' }
  const spans = elementSpans(doc)
  if (spans.length === 0) return { problem: 'empty' }
  if (spans.length > BATCH_LIMIT) return { problem: 'too-many' }
  return spans.map((span) => {
    const member = readJson(doc.bytes.subarray(span.start, span.end), limits)
    return { span, doc: member, message: readMessage(member) }
  })
}
