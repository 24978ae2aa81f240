/**
 * One event of a stream (WHATWG HTML §9.2.6), with what stood in it and nothing else: `id` is
 * undefined where the event had none, though the stream's last id stays what it was.
 */
export interface ServerEvent {
  /** The data lines joined by line feeds, as bytes; undefined where the event had no data line. */
  readonly data: Uint8Array | undefined
  readonly id: string | undefined
  /** The `event` field: undefined means `message`. */
  readonly name: string | undefined
  readonly retryMs: number | undefined
}

/** What goes beside the data of an event. */
export interface EventMarks {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly retryMs?: number | undefined
}

/** An event, or a line of one, is longer than the bound. The stream can't be read on. */
export class EventTooLarge extends Error {
  constructor(limitBytes: number) {
    super(`an event of the stream is longer than ${limitBytes} bytes`)
    this.name = 'EventTooLarge'
  }
}

export interface EventReader {
  /**
   * The events that this chunk completes. An event counts once its blank line has come; chunks may
   * end anywhere. `data` may share memory with the chunk. Throws EventTooLarge.
   */
  push(chunk: Uint8Array): ServerEvent[]
  /** At the end of the stream: true if it ended inside an event, which is lost (WHATWG HTML §9.2.6). */
  end(): boolean
}

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const COLON = 0x3a

/**
 * Reads a text/event-stream chunk by chunk. Lines end in CR LF, LF or CR, mixed as may be; a byte
 * order mark at the start is skipped; comments and unknown fields are ignored. It repairs nothing:
 * data that is not UTF-8 comes out as it was, for the JSON reader to refuse. An event is given out
 * if it has data, an id or a retry time; one with an id and an empty data line primes a client that
 * will come back (MCP 2025-11-25, transports §Sending Messages).
 */
export function createEventReader(limitBytes: number): EventReader {
  return new Reader(limitBytes)
}

class Reader implements EventReader {
  readonly #limitBytes: number
  /** The beginning of a line that the chunks so far have not ended. */
  #rest: Uint8Array[] = []
  #restBytes = 0
  #event = createBlock()
  #atStart = true
  /** The last chunk ended in CR: a line feed that follows belongs to it. */
  #afterCr = false

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  push(chunk: Uint8Array): ServerEvent[] {
    const events: ServerEvent[] = []
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let from = this.#afterCr && bytes[0] === LF ? 1 : 0
    if (bytes.length > 0) this.#afterCr = false
    let lf = bytes.indexOf(LF, from)
    let cr = bytes.indexOf(CR, from)
    while (lf >= 0 || cr >= 0) {
      const end = lf < 0 || (cr >= 0 && cr < lf) ? cr : lf
      this.#line(bytes.subarray(from, end), events)
      from = end === cr && bytes[end + 1] === LF ? end + 2 : end + 1
      this.#afterCr = end === cr && from === bytes.length && bytes[from - 1] === CR
      if (lf >= 0 && lf < from) lf = bytes.indexOf(LF, from)
      if (cr >= 0 && cr < from) cr = bytes.indexOf(CR, from)
    }
    this.#keep(bytes.subarray(from))
    return events
  }

  end(): boolean {
    return this.#restBytes > 0 || !isEmpty(this.#event)
  }

  #keep(rest: Uint8Array): void {
    if (rest.length === 0) return
    this.#restBytes += rest.length
    if (this.#restBytes + this.#event.bytes > this.#limitBytes) {
      throw new EventTooLarge(this.#limitBytes)
    }
    this.#rest.push(rest)
  }

  #line(tail: Buffer, events: ServerEvent[]): void {
    let line = tail
    if (this.#rest.length > 0) {
      line = Buffer.concat([...this.#rest, tail])
      this.#rest = []
      this.#restBytes = 0
    }
    if (this.#atStart) {
      this.#atStart = false
      if (line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) line = line.subarray(3)
    }
    if (line.length > 0) {
      readField(this.#event, line, this.#limitBytes)
      return
    }
    const event = finish(this.#event)
    if (event !== undefined) events.push(event)
    if (!isEmpty(this.#event)) this.#event = createBlock()
  }
}

/** What has been read of an event. */
interface Block {
  bytes: number
  readonly data: Uint8Array[]
  id: string | undefined
  name: string | undefined
  retryMs: number | undefined
}

function createBlock(): Block {
  return { bytes: 0, data: [], id: undefined, name: undefined, retryMs: undefined }
}

function isEmpty(block: Block): boolean {
  return block.bytes === 0
}

function readField(block: Block, line: Buffer, limitBytes: number): void {
  if (line[0] === COLON) return
  block.bytes += line.length
  if (block.bytes > limitBytes) throw new EventTooLarge(limitBytes)
  const colon = line.indexOf(COLON)
  const field = line.toString('latin1', 0, colon < 0 ? line.length : colon)
  const value = colon < 0 ? line.subarray(line.length) : line.subarray(colon + 1)
  setField(block, field, value[0] === SPACE ? value.subarray(1) : value)
}

function setField(block: Block, field: string, value: Buffer): void {
  if (field === 'data') block.data.push(value)
  else if (field === 'event') block.name = value.toString('utf8')
  else if (field === 'id') {
    // A nought in it makes the field ignored (WHATWG HTML §9.2.6).
    if (!value.includes(0)) block.id = value.toString('utf8')
  } else if (field === 'retry') {
    const text = value.toString('latin1')
    if (/^\d{1,9}$/.test(text)) block.retryMs = Number(text)
  }
}

function finish({ data, id, name, retryMs }: Block): ServerEvent | undefined {
  if (data.length === 0 && id === undefined && retryMs === undefined) return undefined
  return { data: joinLines(data), id, name: name === '' ? undefined : name, retryMs }
}

const LINE_FEED = Buffer.from('\n')

function joinLines(lines: readonly Uint8Array[]): Uint8Array | undefined {
  if (lines.length < 2) return lines[0]
  return Buffer.concat(lines.flatMap((line, i) => (i === 0 ? [line] : [LINE_FEED, line])))
}

/**
 * One event as bytes, blank line included. Data that has line breaks in it, of any kind, becomes
 * several data lines, which a reader joins by line feeds: the same JSON. `data` undefined writes no
 * data line (and most clients then see no event); empty data writes an empty one. Marks that hold a
 * line break or a nought are a RangeError: nothing that came off a stream can.
 */
export function eventBytes(data: Uint8Array | string | undefined, marks?: EventMarks): Buffer {
  const head = marks === undefined ? '' : markLines(marks)
  if (data === undefined) return Buffer.from(`${head}\n`)
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  if (bytes.includes(LF) || bytes.includes(CR)) {
    const text = Buffer.from(bytes)
      .toString('latin1')
      .split(/\r\n|\r|\n/)
    const lines = text.map((line) => `data: ${line}\n`).join('')
    return Buffer.concat([Buffer.from(head), Buffer.from(`${lines}\n`, 'latin1')])
  }
  return Buffer.concat([Buffer.from(`${head}data: `), bytes, EVENT_END])
}

const EVENT_END = Buffer.from('\n\n')

function markLines({ id, name, retryMs }: EventMarks): string {
  if (isBroken(id) || isBroken(name)) throw new RangeError('not an event mark')
  let lines = ''
  if (name !== undefined) lines += `event: ${name}\n`
  if (id !== undefined) lines += `id: ${id}\n`
  if (retryMs !== undefined) lines += `retry: ${retryMs}\n`
  return lines
}

function isBroken(mark: string | undefined): boolean {
  return mark !== undefined && (mark.includes('\n') || mark.includes('\r') || mark.includes('\0'))
}
