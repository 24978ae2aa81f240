import type { Clock } from '#lib/clock.ts'
import type { Exchange, Outbound, Sink } from './upstream.ts'

/** What one caller alone speaks to a server over: a child process, a session with its stream. */
export interface OwnLine {
  /** Requests that have no answer yet. */
  readonly underWay: number
  send(message: Outbound, sink: Sink): Exchange
  close(): Promise<void>
}

/** The lines to one server, one for each caller: opened at first use, bounded, closed when idle for long. */
export interface OwnLines<Line extends OwnLine> {
  readonly size: number
  readonly underWay: number
  /** Undefined where there are as many as may be, and none makes way. */
  of(caller: string): Line | undefined
  /** It is of no use any more. */
  forget(line: OwnLine): void
  all(): Line[]
  clear(): Promise<void>
}

export function createOwnLines<Line extends OwnLine>(options: {
  open: (caller: string) => Line
  clock: Clock
  most: number
  /** Nothing under way for so long. */
  idleMs: number
  /** The longest unused one makes way for another caller's; else that one is refused. */
  makesWay: boolean
  onSize?: (size: number) => void
}): OwnLines<Line> {
  const { open, clock, most, idleMs, makesWay, onSize = () => {} } = options
  // In the order of use: the first has been unused for the longest time.
  const lines = new Map<string, { readonly line: Line; readonly at: number }>()
  let isSweeping = false

  function put(caller: string, line: Line): Line {
    lines.delete(caller)
    lines.set(caller, { line, at: clock.elapsed() })
    return line
  }

  function drop(caller: string, line: Line): Promise<void> {
    lines.delete(caller)
    onSize(lines.size)
    return line.close()
  }

  function makeWay(): boolean {
    if (!makesWay) return false
    for (const [caller, { line }] of lines) {
      if (line.underWay > 0) continue
      void drop(caller, line)
      return true
    }
    return false
  }

  /** A line with something under way is in use until that has ended, as near as we look. */
  function sweep(): void {
    isSweeping = false
    const now = clock.elapsed()
    for (const [caller, { line, at }] of [...lines]) {
      if (line.underWay > 0) put(caller, line)
      else if (now - at >= idleMs) void drop(caller, line)
    }
    sweepLater()
  }

  function sweepLater(): void {
    if (isSweeping || lines.size === 0) return
    isSweeping = true
    clock.after(Math.max(50, Math.ceil(idleMs / 4)), sweep)
  }

  return {
    get size() {
      return lines.size
    },
    get underWay() {
      let count = 0
      for (const { line } of lines.values()) count += line.underWay
      return count
    },
    of(caller) {
      const known = lines.get(caller)
      if (known !== undefined) return put(caller, known.line)
      if (lines.size >= most && !makeWay()) return undefined
      const line = put(caller, open(caller))
      onSize(lines.size)
      sweepLater()
      return line
    },
    forget(line) {
      for (const [caller, used] of lines) {
        if (used.line !== line) continue
        lines.delete(caller)
        onSize(lines.size)
      }
    },
    all: () => [...lines.values()].map(({ line }) => line),
    async clear() {
      await Promise.all([...lines].map(([caller, { line }]) => drop(caller, line)))
    },
  }
}
