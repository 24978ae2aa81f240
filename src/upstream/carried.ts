import type { JsonDocument } from '#lib/json.ts'
import type { ParamHeader } from '#mcp/param-headers.ts'
import type { Revision } from '#mcp/revisions.ts'
import type { Speaker } from '#mcp/speaker.ts'

/** What a legacy message needs beside its bytes to be said to a server of the modern era (docs/bridging.md). */
export interface Carried {
  /** The body as it was read; undefined where it was written anew. */
  readonly doc: JsonDocument | undefined
  /** What is agreed on with the caller. */
  readonly revision: Revision
  readonly speaker: Speaker
  readonly logLevel: string | undefined
  /** Of the tool that is called; undefined for everything else. */
  readonly tool: CarriedTool | undefined
  /** What the caller answered to the round before. */
  readonly answers: Answers | undefined
  /** What the session is told of; undefined where there is no session. */
  readonly subscriptions: Subscriptions | undefined
}

export interface CarriedTool {
  /** Arguments that are repeated in headers. */
  readonly mirrored: readonly ParamHeader[]
  /** Its output schema was listed as that of an object with the member `result`. */
  readonly isWrapped: boolean
}

/** The answers of a round (2026-07-28, basic/patterns/mrtr), each as the JSON text that it is. */
export interface Answers {
  readonly responses: Readonly<Record<string, string>>
  /** The text of a string, as the server wrote it; undefined where it gave none. */
  readonly requestState: string | undefined
}

/** The resources that a session subscribed to, at whichever process it did. */
export interface Subscriptions {
  /** Those that its caller may read now. */
  list(): readonly string[]
  /** Resolves when it is kept; with the problem where there is no room for it. */
  add(uri: string): Promise<{ readonly problem: string } | undefined>
  remove(uri: string): Promise<void>
  /** Hears, and is waited for, when there are others; the answer ends that. */
  onChange(listener: () => Promise<void>): () => void
}
