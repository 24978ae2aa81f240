import type { Socket } from 'node:net'
import { writeTogether } from '../write-together.ts'
import type { Exchange } from './exchange.ts'
import { type ResponseListener, ResponseReader } from './response-reader.ts'

/** Why a connection ended where no error says it. */
export class ClosedError extends Error {
  readonly code = 'CLOSED'
}

/**
 * One connection, which carries one exchange at a time. It is kept for another one where the last was
 * read to its end and nothing came behind it: bytes that no request asked for belong to nobody, and
 * end it.
 */
export class Connection implements ResponseListener {
  /** On the clock of durations, while it waits for another exchange; the pool's to say. */
  idleUntilMs = 0
  readonly #socket: Socket
  readonly #over: (connection: Connection) => void
  readonly #idle: (connection: Connection, keepMs: number) => void
  #exchange: Exchange | undefined
  #reader: ResponseReader | undefined
  #keepMs = 0

  /** `idle` hears when it may carry another one, within so long; `over` when it is gone. */
  constructor(
    socket: Socket,
    hearing: {
      idle: (connection: Connection, keepMs: number) => void
      over: (connection: Connection) => void
    },
  ) {
    this.#socket = socket
    this.#idle = hearing.idle
    this.#over = hearing.over
    socket.on('data', this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
  }

  carry(exchange: Exchange): void {
    const { head, request } = exchange
    const { body } = request
    const socket = this.#socket
    this.#exchange = exchange
    this.#reader = new ResponseReader(request.method, this)
    this.#keepMs = 0
    socket.ref()
    writeTogether(socket, head, body)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Whoever is carried hears nothing of it. */
  destroy(): void {
    this.#exchange = undefined
    this.#reader?.stop()
    this.#socket.destroy()
  }

  head({ status, headers, keepMs }: Parameters<ResponseListener['head']>[0]): void {
    this.#keepMs = keepMs
    this.#exchange?.onHead(status, headers)
  }

  data(bytes: Buffer): void {
    this.#exchange?.onData(bytes)
  }

  end(): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    exchange?.onEnd()
  }

  readonly #onData = (bytes: Buffer): void => {
    const reader = this.#reader
    if (this.#exchange === undefined || reader === undefined) {
      this.destroy()
      return
    }
    try {
      const behind = reader.push(bytes)
      if (this.#exchange === undefined) this.#rest(behind === 0)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  /** The answer may be over before its request has been sent: then nobody knows what the rest is taken for. */
  #rest(isClean: boolean): void {
    const socket = this.#socket
    if (!isClean || this.#keepMs === 0 || socket.writableLength > 0 || socket.destroyed) {
      this.destroy()
      return
    }
    this.#reader = undefined
    if (socket.isPaused()) socket.resume()
    socket.unref()
    this.#idle(this, this.#keepMs)
  }

  readonly #onEnd = (): void => {
    if (this.#exchange !== undefined && this.#reader?.close() !== true) {
      this.#fail(new ClosedError('closed'))
    } else this.destroy()
  }

  readonly #onError = (error: Error): void => this.#fail(error)

  readonly #onClose = (): void => {
    if (this.#exchange !== undefined) this.#fail(new ClosedError('closed'))
    this.#over(this)
  }

  #fail(error: Error): void {
    const exchange = this.#exchange
    this.destroy()
    exchange?.onError(error)
  }
}
