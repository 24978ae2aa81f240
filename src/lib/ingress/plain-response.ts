import type { Socket } from 'node:net'
import { writeTogether } from '../write-together.ts'
import type { HttpResponse, RequestHead, ResponseHeaders } from './exchange.ts'
import { type Framing, headBeginning, headEnd } from './response-head.ts'

/** The connection that a response goes over. */
export interface ResponseConnection {
  readonly socket: Socket
  /** For a head that is written now. */
  date(): string
  /** How long the connection is kept behind this answer, seconds; 0 where it is the last one. */
  keepSeconds(): number
  /** The answer is over; `isLast` where its head said that the connection closes. */
  over(isLast: boolean): void
}

const LAST_CHUNK = Buffer.from('0\r\n\r\n')
const CRLF = Buffer.from('\r\n')
const NOTHING = Buffer.alloc(0)

/** An answer over a connection of the lane, as HttpResponse says it. */
export class PlainResponse implements HttpResponse {
  readonly req: RequestHead
  headersSent = false
  writableEnded = false
  writableFinished = false
  destroyed = false
  closed = false
  readonly #connection: ResponseConnection
  #status = 200
  #beginning = ''
  #set: Record<string, string> | undefined
  #saysClose = false
  #isChunked = false
  #isLast = false
  #onClose: (() => void)[] | undefined
  #onDrain: (() => void)[] | undefined

  constructor(req: RequestHead, connection: ResponseConnection) {
    this.req = req
    this.#connection = connection
  }

  setHeader(name: string, value: string): void {
    this.#set ??= {}
    this.#set[name] = value
  }

  writeHead(status: number, headers: ResponseHeaders): void {
    if (this.headersSent) throw new Error('a second head of one answer')
    const all = this.#set === undefined ? headers : { ...this.#set, ...headers }
    this.#beginning = headBeginning(status, all)
    this.#status = status
    this.#saysClose = all.connection === 'close'
    this.headersSent = true
  }

  flushHeaders(): void {
    if (this.#isChunked || this.writableEnded || this.destroyed) return
    const head = this.#head('chunked')
    this.#isChunked = true
    const { socket } = this.#connection
    if (socket.writable) socket.write(head, 'latin1')
  }

  /** Whoever waits for it is answered by node:http: the lane takes no request that does. */
  writeContinue(): void {}

  write(bytes: Uint8Array): boolean {
    if (this.writableEnded || this.destroyed) return true
    this.flushHeaders()
    const { socket } = this.#connection
    // A chunk of no bytes would be the last one.
    if (bytes.length === 0 || !socket.writable) return true
    writeTogether(socket, `${bytes.length.toString(16)}\r\n`, bytes, CRLF)
    // Not what writing answers: that is false, too, where the caller turns out to have gone.
    return !socket.writableNeedDrain
  }

  end(bytes: Uint8Array = NOTHING): void {
    if (this.writableEnded || this.destroyed) return
    const { socket } = this.#connection
    if (this.#isChunked) {
      this.write(bytes)
      this.writableEnded = true
      if (socket.writable) socket.write(LAST_CHUNK)
    } else {
      const framing = isBare(this.#status) ? 'none' : bytes.length
      const head = this.#head(framing)
      this.writableEnded = true
      if (socket.writable) writeTogether(socket, head, framing === 'none' ? NOTHING : bytes)
    }
    this.writableFinished = true
    this.#connection.over(this.#isLast)
    queueMicrotask(this.#close)
  }

  /** Of an answer that is over there is nothing to end: the connection is another one's. */
  destroy(): void {
    if (this.writableEnded || this.destroyed) return
    this.#connection.socket.destroy()
    this.gone()
  }

  /** The caller has gone, or the connection was ended under it. */
  gone(): void {
    if (this.destroyed) return
    this.destroyed = true
    queueMicrotask(this.#close)
  }

  drained(): void {
    if (this.#onDrain !== undefined && !this.writableEnded) for (const one of this.#onDrain) one()
  }

  on(event: 'close' | 'drain', listener: () => void): void {
    if (event === 'close') {
      this.#onClose ??= []
      this.#onClose.push(listener)
    } else {
      this.#onDrain ??= []
      this.#onDrain.push(listener)
    }
  }

  readonly #close = (): void => {
    if (this.closed) return
    this.closed = true
    this.destroyed = true
    if (this.#onClose !== undefined) for (const one of this.#onClose) one()
  }

  #head(framing: Framing): string {
    if (!this.headersSent) this.writeHead(200, {})
    const keepSeconds = this.#saysClose ? 0 : this.#connection.keepSeconds()
    this.#isLast = keepSeconds === 0
    return this.#beginning + headEnd({ framing, date: this.#connection.date(), keepSeconds })
  }
}

/** RFC 9110 §8.6: no length where there can be no body. */
const isBare = (status: number): boolean => status === 204 || status === 304
