import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '#lib/clock.ts'
import type { Guard } from './guard.ts'
import type { Launch } from './isolation.ts'
import { createLineReader } from './lines.ts'

/** One process of a runner and its pipes. */
export interface Child {
  /** One message; false where it is gone or has left too much unread. */
  write(message: Uint8Array): boolean
  /** Resolves, with words for the operator, when it has ended and what it wrote has been read. */
  readonly ended: Promise<string>
  /** Closes its input, then asks, then ends it, with all that it started. Resolves when it is gone. */
  stop(): Promise<void>
  /** Ends it at once. */
  kill(): void
}

export interface ChildLimits {
  /** Of a line of its output, bytes. */
  readonly lineBytes: number
  /** Of what it has not read of its input, bytes. */
  readonly unreadBytes: number
  /** For each of the two gentler ways to stop, milliseconds. */
  readonly graceMs: number
}

/** What it says on its error output is for the log, in lines of at most this. */
const ERROR_LINE_BYTES = 65_536

/** After its end, what lies in its pipes is read for this long at most. */
const LAST_WORDS_MS = 250

export function startChild(options: {
  launch: Launch
  guard: Guard
  clock: Clock
  limits: ChildLimits
  onLine: (line: Buffer) => void
  onTooLong: () => void
  onErrorLine: (line: string) => void
}): Child {
  const { launch, guard, clock, limits } = options
  const child = spawn(launch.file, [...launch.arguments], {
    // Its own session and group: a signal to the group reaches whatever it has started.
    detached: true,
    shell: false,
    env: { ...launch.environment },
    stdio: launch.whispered === undefined ? 'pipe' : ['pipe', 'pipe', 'pipe', 'pipe'],
    cwd: launch.folder,
    ...(launch.uid !== undefined && { uid: launch.uid }),
    ...(launch.gid !== undefined && { gid: launch.gid }),
  })
  const group = child.pid
  if (group !== undefined) guard.watch(group)
  whisper(child, launch.whispered)
  const { onLine, onTooLong } = options
  read(child.stdout, createLineReader({ limitBytes: limits.lineBytes, onLine, onTooLong }))
  read(
    child.stderr,
    createLineReader({
      limitBytes: ERROR_LINE_BYTES,
      onLine: (line) => options.onErrorLine(line.toString('utf8')),
      onTooLong: () => options.onErrorLine('(a line too long to be shown)'),
    }),
  )
  child.stdin?.on('error', () => {})
  let isOver = false
  const ended = endOf(child, clock).then((how) => {
    isOver = true
    return how
  })

  function signal(name: NodeJS.Signals): void {
    if (group === undefined) return
    try {
      process.kill(-group, name)
    } catch {
      // Nobody of the group is left.
    }
  }

  child.once('exit', () => {
    // Whatever it started and left behind.
    signal('SIGKILL')
    if (group !== undefined) guard.forget(group)
  })

  return {
    ended,
    write(message) {
      const { stdin } = child
      if (isOver || stdin === null || !stdin.writable) return false
      if (stdin.writableLength + message.length > limits.unreadBytes) return false
      stdin.write(asLine(message))
      return true
    },
    async stop() {
      child.stdin?.end()
      if (await within(limits.graceMs, ended, clock)) return
      signal('SIGTERM')
      if (await within(limits.graceMs, ended, clock)) return
      signal('SIGKILL')
      await ended
    },
    kill: () => signal('SIGKILL'),
  }
}

function endOf(child: ChildProcess, clock: Clock): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      const { code } = error as NodeJS.ErrnoException
      if (child.pid === undefined) resolve(`could not be started: ${code ?? error.name}`)
    })
    child.once('exit', (code, signal) => {
      const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`
      child.once('close', () => resolve(how))
      clock.after(LAST_WORDS_MS, () => resolve(how))
    })
  })
}

function within(ms: number, ended: Promise<unknown>, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const stopTimer = clock.after(ms, () => resolve(false))
    ended.then(() => {
      stopTimer()
      resolve(true)
    })
  })
}

function read(stream: Readable | null, take: (chunk: Buffer) => void): void {
  stream?.on('data', take)
  stream?.on('error', () => {})
}

function whisper(child: ChildProcess, bytes: Buffer | undefined): void {
  if (bytes === undefined) return
  const pipe = child.stdio[3] as Writable | null | undefined
  pipe?.on('error', () => {})
  pipe?.end(bytes)
}

/**
 * MCP, transports §stdio: a message is a line, so none may end inside it. In JSON a line break is
 * white space or nothing at all, and a space says the same; the two separators of Unicode, at which
 * Node's own readline ends a line, stand in strings alone, where they may be escaped.
 */
function asLine(message: Uint8Array): Buffer {
  const line = Buffer.allocUnsafe(message.length + 1)
  line.set(message)
  line[message.length] = LINE_FEED
  for (let at = line.indexOf(LINE_FEED); at < message.length; at = line.indexOf(LINE_FEED, at)) {
    line[at] = SPACE
  }
  for (let at = line.indexOf(CARRIAGE_RETURN); at >= 0; at = line.indexOf(CARRIAGE_RETURN, at)) {
    line[at] = SPACE
  }
  if (!line.includes(SEPARATORS)) return line
  const escaped = (separator: string) => `\\u${separator.charCodeAt(0).toString(16)}`
  return Buffer.from(line.toString('utf8').replace(/[\u2028\u2029]/g, escaped))
}

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
/** What U+2028 and U+2029 begin with in UTF-8. */
const SEPARATORS = Buffer.from([0xe2, 0x80])
