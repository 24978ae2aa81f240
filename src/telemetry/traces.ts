/** Where a trace was before it came here: of W3C Trace Context. */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly isSampled: boolean
}

type Attributes = Readonly<Record<string, string | number | undefined>>

/** The spans of calls, for a collector. There are none where nothing is exported. */
export interface Traces {
  /** Of a call that has come in. Undefined where it is not sampled: then nothing more is worked out. */
  begin(about: {
    readonly name: string
    readonly parent: TraceParent | undefined
    readonly attributes: Attributes
  }): CallTrace | undefined
}

/** One call: a span of the gateway as a server, with what it passed, and one below it as a client. */
export interface CallTrace {
  /** It has passed a step, or was stopped there. */
  passed(step: string, attributes?: Attributes): void
  /** More is known of it; `name` of the whole span. */
  tell(attributes: Attributes, name?: string): void
  /** It goes out to its server, and this is what that is told: a `traceparent`. Begun once. */
  leg(): string
  /** Its server has answered; with what went wrong, of a closed list. */
  answered(attributes: Attributes, error?: string): void
  /** Once; what comes later is not told any more. */
  end(error?: string): void
}
