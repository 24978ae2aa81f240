import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/**
 * A request as whoever serves it sees it, whichever way it came: node:http's, or one that was read
 * whole (`lane.ts`). Headers are as node:http gives them.
 */
export type HttpRequest = RequestHead & RequestBody

export interface RequestHead {
  readonly method?: string | undefined
  /** The target, as it was sent. */
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[]
  /** The connection it came by. */
  readonly socket: Socket
  /** Whether all of its body has come. */
  readonly complete: boolean
}

/** The body: whole, or as it comes. */
export type RequestBody = { readonly whole: Buffer } | StreamedBody

export interface StreamedBody extends Pick<IncomingMessage, 'on' | 'off' | 'pause'> {
  readonly whole?: undefined
}

export type ResponseHeaders = Readonly<Record<string, string | number>>

/** Where the answer goes. What is not said here is as with node:http's ServerResponse. */
export interface HttpResponse {
  readonly req: RequestHead
  readonly headersSent: boolean
  readonly writableEnded: boolean
  /** All of it was handed to the connection. */
  readonly writableFinished: boolean
  readonly destroyed: boolean
  /** 'close' was told. */
  readonly closed: boolean
  setHeader(name: string, value: string): unknown
  writeHead(status: number, headers: ResponseHeaders): unknown
  flushHeaders(): void
  writeContinue(): void
  /** False asks to wait for 'drain'. */
  write(bytes: Uint8Array): boolean
  end(bytes?: Uint8Array): unknown
  destroy(): unknown
  /** 'close': the answer is over, or the caller has gone, which `writableFinished` tells apart. */
  on(event: 'close' | 'drain', listener: () => void): unknown
}
