import { oneLine } from './cells.ts'
import { glyph, type Ink, ink, type Shape } from './glyphs.ts'
import type { Io, Sheet } from './io.ts'

export interface Manner {
  /** Undefined: text. Empty: every field. Else the fields that were named. */
  readonly json: readonly string[] | undefined
  readonly stream: boolean
  readonly quiet: boolean
  readonly ascii: boolean
  readonly wide: boolean
  readonly columns: readonly string[] | undefined
  readonly colour: 'auto' | 'always' | 'never'
  /** As --data named it; undefined for the default. */
  readonly data: string | undefined
}

/** Standard output is data, standard error is talk. */
export interface Terminal extends Manner {
  /** Columns of standard output; undefined where it is no terminal: then nothing is cut. */
  readonly width: number | undefined
  /** What is typed here to run this program again, for the same folder. */
  readonly program: string
  /** Commands of ours within a text, as they have to be typed here. */
  typed(text: string): string
  /** Whether a person reads standard error as it comes. */
  readonly isWatched: boolean
  paint(text: string, colour: Ink | undefined): string
  glyph(shape: Shape): string
  /** A line of data. */
  out(text: string): void
  /** Data as it is, without a line break of ours. */
  raw(text: string | Uint8Array): void
  /** Talk; nothing with --quiet. */
  say(text: string): void
  /** One line of progress, for people only. */
  talk(text: string): void
  /** At most one line of advice in a run, on standard error, for people only. */
  hint(text: string): void
  /** Always on standard error. */
  warn(text: string): void
  paintTalk(text: string, colour: Ink | undefined): string
}

export const createTerminal = (io: Io, manner: Manner): Terminal => {
  const painter = (sheet: Sheet) => {
    const coloured = manner.json === undefined && wantsColour(io, sheet, manner.colour)
    return (text: string, colour: Ink | undefined) => (coloured ? ink(text, colour) : text)
  }
  const talk = (text: string) => {
    io.stderr.write(`${text}\n`)
  }
  const where = manner.data === undefined ? '' : ` --data ${manner.data}`
  const program = `${io.program}${where}`
  const typed = (text: string) => text.replace(/(^|[\s:;("])bailiwick (?=[a-z])/gm, `$1${program} `)
  let hinted = false
  return {
    ...manner,
    width: manner.wide ? undefined : widthOfSheet(io),
    program,
    typed,
    isWatched: io.stderr.isTTY === true,
    paint: painter(io.stdout),
    paintTalk: painter(io.stderr),
    glyph: (shape) => glyph(shape, manner.ascii),
    out: (text) => void io.stdout.write(`${text}\n`),
    raw: (text) => void io.stdout.write(text),
    say: (text) => {
      if (!manner.quiet) talk(text)
    },
    talk: (text) => talk(oneLine(text)),
    hint: (text) => {
      if (hinted || manner.quiet || manner.json !== undefined) return
      hinted = true
      talk(typed(text))
    },
    warn: talk,
  }
}

/** COLUMNS speaks where the program cannot see the terminal. */
const widthOfSheet = (io: Io): number | undefined => {
  const told = Number(io.env.COLUMNS)
  if (io.stdout.isTTY && io.stdout.columns) return io.stdout.columns
  return Number.isInteger(told) && told > 0 ? told : undefined
}

/** no-color.org first, then bixense.com/clicolors. */
const wantsColour = (io: Io, sheet: Sheet, wish: Manner['colour']): boolean => {
  if (wish !== 'auto') return wish === 'always'
  if (io.env.NO_COLOR) return false
  if (io.env.CLICOLOR_FORCE && io.env.CLICOLOR_FORCE !== '0') return true
  if (io.env.CLICOLOR === '0' || io.env.TERM === 'dumb') return false
  return sheet.isTTY === true
}

/**
 * Prints rows or one object as JSON: the named fields, or all of them. With --stream a list is one
 * line a row. Without a terminal's eyes nothing is said; with them, which fields there are.
 */
export const printJson = (terminal: Terminal, value: object, fields: readonly string[]): void => {
  const wanted = terminal.json ?? []
  const pick = (row: object): object =>
    wanted.length === 0
      ? row
      : Object.fromEntries(wanted.map((name) => [name, (row as Record<string, unknown>)[name]]))
  if (!Array.isArray(value)) terminal.out(JSON.stringify(pick(value), null, 2))
  else if (terminal.stream) for (const row of value) terminal.out(JSON.stringify(pick(row)))
  else terminal.out(JSON.stringify(value.map(pick), null, 2))
  if (wanted.length === 0 && fields.length > 0 && terminal.isWatched)
    terminal.say(`Fields: ${fields.join(',')}. Choose with --json a,b.`)
}
