import type { ServerResponse } from 'node:http'
import { Fault } from '#lib/fault.ts'
import { createAccess } from '#manager/access.ts'
import { revisionsAfter } from '#manager/revisions.ts'
import type { Asked } from './route.ts'

const aliveEveryMs = 15_000
const mostStreams = 32
const mostOfOnePerson = 8
/** Whoever does not read is let go, not buffered for. */
const mostBuffered = 256 * 1024

/** Streams that listen, by person; and who tells them that something has happened. */
export interface Events {
  /** Resolves when the caller has gone, the token has ended, or the process stops. */
  listen(asked: Asked<unknown, unknown, unknown>, last: number | undefined): Promise<undefined>
  moved(): void
  close(): void
}

export const createEvents = (): Events => {
  const streams = new Map<Stream, string>()
  return {
    async listen(asked, last) {
      if (streams.size >= mostStreams)
        throw new Fault('flood', { detail: `${mostStreams} streams of events are open.` })
      const { name } = asked.access.person
      if ([...streams.values()].filter((one) => one === name).length >= mostOfOnePerson)
        throw new Fault('flood', { detail: `You have ${mostOfOnePerson} streams of events open.` })
      const stream = openStream(asked, last ?? asked.desk.installation.change.current().revision)
      streams.set(stream, name)
      try {
        await stream.ended
      } finally {
        streams.delete(stream)
      }
      return undefined
    },
    moved() {
      for (const stream of streams.keys()) stream.wake()
    },
    close() {
      for (const stream of streams.keys()) stream.end()
    },
  }
}

interface Stream {
  readonly ended: Promise<void>
  wake(): void
  end(): void
}

/**
 * Tells revisions in their order. What is told is read from the store after the last one told, so
 * that a caller who comes back with Last-Event-ID misses nothing; who may see what is asked anew
 * each time, so that a role that has ended tells nothing more.
 */
const openStream = (asked: Asked<unknown, unknown, unknown>, from: number): Stream => {
  const { response, desk } = asked
  const { clock } = desk
  const closed = Promise.withResolvers<void>()
  let last = from
  let isTelling = false
  let again = false
  let cancel = () => {}

  const end = (): void => {
    cancel()
    response.end()
    closed.resolve()
  }
  const beat = (): void => {
    cancel = clock.after(aliveEveryMs, () => {
      response.write(': alive\n\n')
      wake()
      beat()
    })
  }
  const tell = async (): Promise<void> => {
    const who = await asked.askAgain()
    if (!who || response.writableLength > mostBuffered) return end()
    const policy = desk.installation.change.current()
    const now = createAccess(who.person, policy, clock.now())
    const sees = (plane: string) => now.sees('revisions.read', plane)
    for await (const { revision, row } of revisionsAfter(desk, last, sees)) {
      if (row) write(response, 'revision', revision, row)
      last = revision
    }
  }
  const tellAll = async (): Promise<void> => {
    isTelling = true
    while (again && !response.destroyed) {
      again = false
      await tell().catch(end)
    }
    isTelling = false
  }
  const wake = (): void => {
    again = true
    if (!isTelling) void tellAll()
  }

  response.once('close', end)
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  })
  response.write(`retry: 2000\nid: ${last}\n: listening\n\n`)
  wake()
  beat()
  return { ended: closed.promise, wake, end }
}

const write = (response: ServerResponse, event: string, id: number, data: object): void => {
  response.write(`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`)
}
