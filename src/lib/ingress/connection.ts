import type { Socket } from 'node:net'
import type { HttpRequest, HttpResponse } from './exchange.ts'
import { type PlainRequest, readPlainRequest } from './plain-request.ts'
import { PlainResponse, type ResponseConnection } from './plain-response.ts'

/** What all connections of a lane have in common. */
export interface LaneAbout {
  serves(target: string): boolean
  serve(request: HttpRequest, response: HttpResponse): void
  hand(socket: Socket, isPipelined: boolean): void
  tick(): number
  keepSeconds(): number
  date(): string
  /** It is closed, or node:http's from now on. */
  left(connection: LaneConnection): void
}

/** Of what comes while a request is served, so much is kept before its caller has to wait. */
const HELD_BYTES = 65_536

/**
 * One connection, as long as all that came by it were plain requests, one at a time. Between them
 * nothing is kept of what came: bytes are served as a whole, or put back and handed on as a whole.
 */
export class LaneConnection implements ResponseConnection {
  readonly socket: Socket
  readonly #about: LaneAbout
  #response: PlainResponse | undefined
  /** What came before the request in front of it was answered. */
  #held: Buffer | undefined
  /** Since which tick it is idle. */
  #since: number
  #hasAsked = false

  constructor(socket: Socket, about: LaneAbout) {
    this.socket = socket
    this.#about = about
    this.#since = about.tick()
    socket.on('data', this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
    socket.on('drain', this.#onDrain)
  }

  date(): string {
    return this.#about.date()
  }

  keepSeconds(): number {
    return this.#about.keepSeconds()
  }

  over(isLast: boolean): void {
    this.#response = undefined
    this.#since = this.#about.tick()
    const { socket } = this
    if (isLast || this.#about.keepSeconds() === 0 || !socket.writable) socket.destroySoon()
    else if (this.#held !== undefined) this.#handHeld(this.#held)
  }

  /** An answer that its caller has not taken all of yet is under way, too. */
  closeIdle(): void {
    const { socket } = this
    if (this.#response !== undefined) return
    if (socket.writableLength > 0) socket.destroySoon()
    else socket.destroy()
  }

  /** Ends it where it has been idle since before `idle`, or never asked and is older than `silent`. */
  sweep(silent: number, idle: number): void {
    if (this.#response !== undefined) return
    if (this.socket.writableLength > 0) this.#since = this.#about.tick()
    else if (this.#since < (this.#hasAsked ? idle : silent)) this.socket.destroy()
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#response !== undefined) {
      this.#hold(bytes)
      return
    }
    const { socket } = this
    // Behind the last answer, or behind the end of the other side: nobody waits for another one.
    if (!socket.writable) return
    const plain = readPlainRequest(bytes)
    // Whoever sends on without reading the answers is for node:http to slow down.
    if (
      plain === undefined ||
      socket.writableLength > 0 ||
      this.#about.keepSeconds() === 0 ||
      !this.#about.serves(plain.target)
    ) {
      this.#leave(bytes, false)
      return
    }
    this.#serve(plain)
  }

  #serve(plain: PlainRequest): void {
    const request = new WholeRequest(plain, this.socket)
    const response = new PlainResponse(request, this)
    this.#hasAsked = true
    this.#response = response
    this.#about.serve(request, response)
  }

  #hold(bytes: Buffer): void {
    this.#held = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes])
    if (this.#held.length > HELD_BYTES) this.socket.pause()
  }

  #handHeld(held: Buffer): void {
    this.#held = undefined
    this.#leave(held, true)
  }

  #leave(bytes: Buffer, isPipelined: boolean): void {
    const { socket } = this
    socket.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError)
    socket.off('close', this.#onClose).off('drain', this.#onDrain)
    this.#about.left(this)
    // Paused, so that the bytes lie there until whoever listens from now on has them from the first.
    socket.pause()
    socket.unshift(bytes)
    this.#about.hand(socket, isPipelined)
    socket.resume()
  }

  /** Who closes its side is gone, as for node:http: what is under way hears of it when the socket is closed. */
  readonly #onEnd = (): void => {
    this.socket.end()
  }

  readonly #onError = (): void => {
    this.socket.destroy()
  }

  readonly #onClose = (): void => {
    this.#about.left(this)
    const response = this.#response
    this.#response = undefined
    response?.gone()
  }

  readonly #onDrain = (): void => this.#response?.drained()
}

class WholeRequest {
  readonly method = 'POST'
  readonly url: string
  readonly headers: HttpRequest['headers']
  readonly rawHeaders: readonly string[]
  readonly complete = true
  readonly whole: Buffer
  readonly socket: Socket

  constructor({ target, headers, rawHeaders, body }: PlainRequest, socket: Socket) {
    this.url = target
    this.headers = headers
    this.rawHeaders = rawHeaders
    this.whole = body
    this.socket = socket
  }
}
