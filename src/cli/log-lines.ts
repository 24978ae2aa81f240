import { oneLine } from './cells.ts'
import type { Terminal } from './terminal.ts'
import { clockTime } from './when.ts'

/** The operator's log for a person at a terminal: what needs attention, and nothing else. */
export const printLog =
  (terminal: Terminal) =>
  (line: string): void => {
    const { at, level, event, ...fields } = JSON.parse(line) as Record<string, unknown>
    if (level !== 'warn' && level !== 'error') return
    const mark = terminal.paintTalk(
      terminal.glyph(level === 'error' ? 'no' : 'failed'),
      level === 'error' ? 'bad' : 'limit',
    )
    const facts = Object.entries(fields).map(([key, value]) => `${key}=${String(value)}`)
    terminal.warn(
      `${clockTime(Date.parse(String(at)))}  ${mark} ${oneLine([event, ...facts].join('  '))}`,
    )
  }
