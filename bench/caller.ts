import { connect, type Socket } from 'node:net'
import type { Expected } from './request.ts'

/** One keep-alive connection that has at most one call under way. */
export interface Caller {
  /** Resolves when connected; at once where it is already. */
  open(): Promise<void>
  /** Writes the request; `done` hears once the whole answer is there, `failed` with what was wrong. */
  call(request: Buffer, done: () => void, failed: (problem: string) => void): void
  close(): void
}

const headEnd = Buffer.from('\r\n\r\n')
const lastChunk = Buffer.from('0\r\n\r\n')

/**
 * As little HTTP as an answer needs: status, length, the end of a chunked body, and whether the
 * connection closes. Bytes are read into one buffer of the connection and looked at there.
 */
export const createCaller = (port: number, expect: Expected): Caller => {
  const buffer = Buffer.allocUnsafe(64 * 1024)
  const mark = Buffer.from(expect.text)
  const statuses = new Set(expect.statuses.map(String))
  let socket: Socket | undefined
  let onDone: () => void = () => {}
  let onFailed: (problem: string) => void = () => {}
  let underWay = false
  /** Bytes still to come of a body with a length; −1 for a chunked one, 0 before the head. */
  let left = 0
  let tail: Buffer = Buffer.alloc(0)
  let closing = false
  let wrong = ''

  const finish = (): void => {
    underWay = false
    left = 0
    tail = Buffer.alloc(0)
    if (closing) drop()
    const problem = wrong
    wrong = ''
    if (problem) onFailed(problem)
    else onDone()
  }

  const drop = (): void => {
    socket?.destroy()
    socket = undefined
    closing = false
  }

  const fail = (problem: string): void => {
    drop()
    if (!underWay) return
    wrong = problem
    finish()
  }

  const readHead = (bytes: Buffer): void => {
    const end = bytes.indexOf(headEnd)
    if (end < 0) {
      tail = Buffer.from(bytes)
      return
    }
    const head = bytes.toString('latin1', 0, end)
    const body = bytes.subarray(end + 4)
    closing = /\r\nconnection: close/i.test(head)
    if (!statuses.has(head.slice(9, 12)) || body.indexOf(mark) < 0) {
      wrong = `answered ${head.slice(9, 12)} ${bytes.toString('utf8', end + 4, end + 300)}`
    }
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
    tail = Buffer.alloc(0)
    if (length === undefined) {
      left = -1
      readChunks(body)
    } else if (body.length >= Number(length)) finish()
    else left = Number(length) - body.length
  }

  /** The bodies here are JSON, in which a line with a lone 0 does not stand. */
  const readChunks = (bytes: Buffer): void => {
    const end = tail.length === 0 ? bytes : Buffer.concat([tail, bytes])
    if (end.length >= 5 && end.subarray(-5).equals(lastChunk)) finish()
    else tail = Buffer.from(end.subarray(-5))
  }

  const read = (bytes: Buffer): void => {
    if (!underWay) return
    if (left > 0) {
      left -= bytes.length
      if (left <= 0) finish()
    } else if (left < 0) readChunks(bytes)
    else readHead(tail.length === 0 ? bytes : Buffer.concat([tail, bytes]))
  }

  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      if (socket && !socket.destroyed) return resolve()
      const fresh = connect({
        port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer,
          callback: (count: number) => {
            read(buffer.subarray(0, count))
            return true
          },
        },
      })
      socket = fresh
      fresh.once('connect', resolve)
      fresh.once('error', (error) => {
        reject(error)
        if (socket === fresh) fail(error.message)
      })
      fresh.once('close', () => {
        if (socket === fresh) fail('closed the connection')
      })
    })

  return {
    open,
    call(request, done, failed) {
      onDone = done
      onFailed = failed
      underWay = true
      if (socket && !socket.destroyed) socket.write(request)
      else
        open().then(
          () => socket?.write(request),
          () => {},
        )
    },
    close: drop,
  }
}
