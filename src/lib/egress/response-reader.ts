import { NotHttpError, type ResponseHead, readResponseHead } from './response-head.ts'

/** Hears one response: its head, bytes of its body as they come, its end. May call `stop` of the reader. */
export interface ResponseListener {
  head(head: ResponseHead): void
  data(bytes: Buffer): void
  end(): void
}

/** Of a head, and of what stands behind the last chunk. */
const HEAD_BYTES = 16_384
/** Of a chunk's size with what a server may write behind it. */
const SIZE_LINE_BYTES = 256
const HEAD_END = Buffer.from('\r\n\r\n')
const CR = 0x0d
const LF = 0x0a
const NOTHING: Buffer = Buffer.alloc(0)
const BEGINNING = Buffer.from('HTTP/1.')

type State = 'head' | 'length' | 'chunk size' | 'chunk' | 'chunk end' | 'trailer' | 'rest' | 'over'

/**
 * Reads the answer to one request from a connection (RFC 9112), however its bytes are cut. Interim
 * answers (1xx) are read and dropped; a change of protocol, which nobody asks for, is no HTTP. Bytes of
 * the body are handed on as they came, without a copy.
 */
export class ResponseReader {
  readonly #method: string
  readonly #listener: ResponseListener
  #state: State = 'head'
  /** Of a head or of a line, what has come so far. */
  #begun: Buffer = NOTHING
  /** Of a body of known length, or of a chunk. */
  #left = 0
  #trailerBytes = 0

  constructor(method: string, listener: ResponseListener) {
    this.#method = method
    this.#listener = listener
  }

  /** Nothing is heard any more. */
  stop(): void {
    this.#state = 'over'
  }

  /** How many bytes lie behind the end of the answer, which belong to nobody. Throws NotHttpError. */
  push(bytes: Buffer): number {
    let at = 0
    while (at < bytes.length && this.#state !== 'over') at = this.#step(bytes, at)
    return bytes.length - at
  }

  /** The server closed its side. False where the answer was not whole by then. */
  close(): boolean {
    if (this.#state === 'rest') this.#end()
    return this.#state === 'over'
  }

  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#head(bytes, at)
      case 'length':
      case 'chunk':
        return this.#counted(bytes, at)
      case 'rest':
        this.#listener.data(at === 0 ? bytes : bytes.subarray(at))
        return bytes.length
      default:
        return this.#line(bytes, at)
    }
  }

  #head(bytes: Buffer, at: number): number {
    const all = joined(this.#begun, bytes, at)
    // Of what is no HTTP at all no end needs to be waited for.
    const most = Math.min(BEGINNING.length, all.length)
    if (BEGINNING.compare(all, 0, most, 0, most) !== 0) throw new NotHttpError('the status line')
    const end = all.indexOf(HEAD_END)
    if (end > HEAD_BYTES || (end < 0 && all.length > HEAD_BYTES)) {
      throw new NotHttpError('headers of more than 16 KiB')
    }
    if (end < 0) {
      this.#begun = all
      return bytes.length
    }
    const before = this.#begun.length
    this.#begun = NOTHING
    this.#begin(readResponseHead(all.toString('latin1', 0, end), this.#method))
    return at + end + HEAD_END.length - before
  }

  #begin(head: ResponseHead): void {
    if (head.status === 101) throw new NotHttpError('a change of protocol')
    if (head.status < 200) return
    const { framing } = head
    if (typeof framing === 'number') this.#left = framing
    this.#state =
      typeof framing === 'number' ? 'length' : framing === 'chunked' ? 'chunk size' : 'rest'
    this.#listener.head(head)
    if (framing === 'none' || framing === 0) this.#end()
  }

  #counted(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left)
    this.#left -= end - at
    const isLast = this.#left === 0
    const ofChunk = this.#state === 'chunk'
    if (isLast && ofChunk) this.#state = 'chunk end'
    this.#listener.data(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end))
    if (isLast && !ofChunk) this.#end()
    return end
  }

  #line(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(LF, at)
    const next = end < 0 ? bytes.length : end + 1
    const all = joined(this.#begun, bytes.subarray(0, next), at)
    const most = this.#state === 'trailer' ? HEAD_BYTES : SIZE_LINE_BYTES
    if (all.length > most) throw new NotHttpError('a line that is too long')
    this.#begun = end < 0 ? all : NOTHING
    if (end >= 0) {
      if (all[all.length - 2] !== CR) throw new NotHttpError('a line that ends with LF alone')
      this.#lineOf(all.toString('latin1', 0, all.length - 2))
    }
    return next
  }

  #lineOf(text: string): void {
    if (this.#state === 'chunk size') this.#chunkSize(text)
    else if (this.#state === 'trailer') this.#trailer(text)
    else if (text === '') this.#state = 'chunk size'
    else throw new NotHttpError('bytes behind a chunk')
  }

  /** RFC 9112 §7.1; extensions mean nothing to us (§7.1.1). */
  #chunkSize(text: string): void {
    const size = /^([0-9a-f]{1,8})(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?$/i.exec(text)?.[1]
    if (size === undefined) throw new NotHttpError('the size of a chunk')
    this.#left = Number.parseInt(size, 16)
    this.#state = this.#left === 0 ? 'trailer' : 'chunk'
  }

  /** RFC 9112 §7.1.2: fields that may be dropped. */
  #trailer(text: string): void {
    if (text === '') {
      this.#end()
      return
    }
    this.#trailerBytes += text.length
    const isField = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/.test(text)
    if (!isField || this.#trailerBytes > HEAD_BYTES) throw new NotHttpError('a trailer')
  }

  #end(): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#listener.end()
  }
}

const joined = (begun: Buffer, bytes: Buffer, at: number): Buffer => {
  const rest = at === 0 ? bytes : bytes.subarray(at)
  return begun.length === 0 ? rest : Buffer.concat([begun, rest])
}
