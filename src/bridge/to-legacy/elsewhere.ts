import type { Clock } from '#lib/clock.ts'
import { type JsonDocument, readJson } from '#lib/json.ts'
import type { Exchange, Outbound, Sink } from '#upstream/upstream.ts'
import type { PlaneMailboxes } from '../mailboxes.ts'

/** What answers a round, wherever it came in. */
export interface Retry {
  readonly caller: string
  /** The caller's id, as JSON text. */
  readonly id: string
  readonly method: string
  readonly doc: JsonDocument
}

/** Rounds that are answered at another process than the one whose call waits. */
export interface Elsewhere {
  /** This process has the call: what answers it elsewhere is heard here, until the answer is called. */
  hold(key: string): () => void
  /** Whoever has it goes on; `gone` is called where nobody has. */
  send(key: string, retry: Retry, outbound: Outbound, sink: Sink, gone: () => void): Exchange
}

/** So long a message between two processes may take. */
const withinMs = 5000
/** Of what the other process has not heard yet, bytes: then the server is asked to wait. */
const mostUnheard = 1024 * 1024

const limits = { depth: 256, nodes: 5_000_000, inexactNumbers: 'keep' } as const

/** What the caller's process says of the caller: it reads no more for now, it does again, it has left. */
type Up = 'wait' | 'go on' | 'cancel'

/** The first byte of what is told back. */
const HEAD = 0x68
const MESSAGE = 0x6d
const END = 0x65
const FAIL = 0x66

export const createElsewhere = (parts: {
  mailboxes: PlaneMailboxes
  clock: Pick<Clock, 'after'>
  nextId: () => string
  /** Goes on with a call of this process; what comes goes to the sink. */
  goOn(key: string, retry: Retry, sink: Sink): Exchange
}): Elsewhere => {
  const { mailboxes, clock } = parts

  const hold = (key: string): (() => void) =>
    mailboxes.hold(keyOf(key), (message) => {
      const { replyTo, ...retry } = readRetry(message)
      const far = farSink(mailboxes, replyTo)
      const exchange = parts.goOn(key, retry, far.sink)
      far.bind(exchange)
    })

  const send: Elsewhere['send'] = (key, retry, outbound, sink, gone) => {
    const replyTo = `round-${parts.nextId()}`
    let isOver = false
    let waits = false
    let line: Promise<unknown> = Promise.resolve()
    const say = (what: Up): void => {
      const tell = () => mailboxes.tell(`${replyTo}-up`, Buffer.from(what), withinMs)
      line = line.then(tell).catch(() => {})
    }
    const over = (): void => {
      isOver = true
      stop()
      end()
    }
    const end = mailboxes.hold(replyTo, (frame) => {
      if (isOver) return
      const heard = hear(sink, frame)
      if (heard === 'over') over()
      if (heard !== 'wait' || waits) return
      waits = true
      say('wait')
    })
    const fail = (code: 'upstream_timeout' | 'upstream_unreachable', detail: string): void => {
      if (isOver) return
      over()
      sink.fail(code, detail)
    }
    const stop = Number.isFinite(outbound.endMs)
      ? clock.after(outbound.endMs, () => fail('upstream_timeout', 'the call did not end in time'))
      : () => {}
    mailboxes.tell(keyOf(key), writeRetry(retry, replyTo), withinMs).then(
      (isTaken) => {
        if (isTaken || isOver) return
        over()
        gone()
      },
      () => fail('upstream_unreachable', 'the process that has the call was not reached'),
    )
    return {
      cancel() {
        if (isOver) return
        over()
        say('cancel')
      },
      resume() {
        if (waits && !isOver) say('go on')
        waits = false
      },
    }
  }
  return { hold, send }
}

const keyOf = (key: string): string => `parked-${key}`

const writeRetry = ({ doc, ...said }: Retry, replyTo: string): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify({ ...said, replyTo })}\n`), doc.bytes])

const readRetry = (message: Buffer): Retry & { readonly replyTo: string } => {
  const end = message.indexOf('\n')
  const said = JSON.parse(message.toString('utf8', 0, end)) as Omit<Retry, 'doc'> & {
    replyTo: string
  }
  return { ...said, doc: readJson(message.subarray(end + 1), limits) }
}

/** A sink whose end is in another process: what it hears is told there, one after the other. */
const farSink = (mailboxes: PlaneMailboxes, replyTo: string) => {
  let exchange: Exchange | undefined
  let unheard = 0
  let waits = false
  let line: Promise<unknown> = Promise.resolve()
  const mayGoOn = (): boolean => !waits && unheard < mostUnheard
  const end = mailboxes.hold(`${replyTo}-up`, (said) => {
    const up = said.toString() as Up
    waits = up === 'wait'
    if (up === 'go on' && mayGoOn()) exchange?.resume()
    if (up !== 'cancel') return
    end()
    exchange?.cancel('the caller closed its connection')
  })

  const tell = (kind: number, bytes: Uint8Array): boolean => {
    unheard += bytes.length
    line = line
      .then(() => mailboxes.tell(replyTo, Buffer.concat([Buffer.of(kind), bytes]), withinMs))
      .then((isTaken) => {
        if (!isTaken) exchange?.cancel('nobody hears its caller’s process any more')
      })
      .catch(() => exchange?.cancel('its caller’s process was not reached'))
      .finally(() => {
        unheard -= bytes.length
        if (mayGoOn()) exchange?.resume()
      })
    return mayGoOn()
  }
  const text = (value: object) => Buffer.from(JSON.stringify(value))
  const sink: Sink = {
    head: ({ status, kind }) => void tell(HEAD, text({ status, kind })),
    message: (bytes) => tell(MESSAGE, bytes),
    end() {
      tell(END, new Uint8Array())
      end()
    },
    fail(code, detail) {
      tell(FAIL, text({ code, detail }))
      end()
    },
  }
  return {
    sink,
    bind(its: Exchange) {
      exchange = its
    },
  }
}

/** `over` when it was the last, `wait` when the caller does not take more now. */
const hear = (sink: Sink, frame: Buffer): 'over' | 'wait' | 'more' => {
  const rest = frame.subarray(1)
  switch (frame[0]) {
    case HEAD: {
      const { status, kind } = JSON.parse(rest.toString())
      sink.head({ status, kind, sessionId: undefined, headers: [] })
      return 'more'
    }
    case MESSAGE:
      return sink.message(rest) ? 'more' : 'wait'
    case END:
      sink.end()
      return 'over'
    default: {
      const { code, detail } = JSON.parse(rest.toString())
      sink.fail(code, detail)
      return 'over'
    }
  }
}
