import { Fault } from '#lib/fault.ts'
import type { Composition } from './composition.ts'
import type { Control } from './control.ts'
import type { Io } from './io.ts'
import type { Terminal } from './terminal.ts'

/** One command as it was typed, and the hands it works with. */
export interface Invocation {
  readonly args: readonly string[]
  readonly options: Options
  readonly terminal: Terminal
  readonly io: Io
  readonly data: string
  /** Fields that --json may name. */
  readonly fields: readonly string[]
  /** The running installation, or the folder opened for this command; closed after it. */
  control(): Promise<Control>
  composition(): Promise<Composition>
}

/** What a command's file exports; the answer is the exit code. */
export interface Command {
  run(invocation: Invocation): Promise<number>
}

/** Options as commander read them: strings, lists of strings and booleans. */
export interface Options {
  text(name: string): string | undefined
  flag(name: string): boolean
  list(name: string): readonly string[]
  /** Fault('usage') where it is not a whole number of at least `least`. */
  count(name: string, bounds: { least: number; most: number; otherwise: number }): number
}

export const createOptions = (values: Readonly<Record<string, unknown>>): Options => {
  const text = (name: string) => {
    const value = values[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    text,
    flag: (name) => values[name] === true,
    list: (name) => {
      const value = values[name]
      return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
    },
    count(name, { least, most, otherwise }) {
      const written = text(name)
      if (written === undefined) return otherwise
      const value = /^\d{1,9}$/.test(written) ? Number(written) : -1
      if (value >= least && value <= most) return value
      throw new Fault('usage', {
        detail: `--${name} takes a whole number from ${least} to ${most}.`,
      })
    },
  }
}

export interface Place {
  readonly plane: string | undefined
  readonly server: string
}

/** `PLANE/SERVER`, or `SERVER` where --plane or the only plane says the rest. */
export const readPlace = (written: string, options: Options): Place => {
  const [first = '', second, ...rest] = written.split('/')
  if (rest.length > 0 || first === '' || second === '')
    throw new Fault('usage', { detail: `"${written}" is not PLANE/SERVER.` })
  if (second === undefined) return { plane: options.text('plane'), server: first }
  checkPlane(first, options)
  return { plane: first, server: second }
}

/** `PLANE/SERVER/NAME`; the name may hold slashes, as a resource's URI does. */
export const readTarget = (
  written: string,
  options: Options,
): { plane: string; server: string; name: string } => {
  const found = /^([^/]+)\/([^/]+)\/(.+)$/s.exec(written)
  const [, plane, server, name] = found ?? []
  if (plane === undefined || server === undefined || name === undefined)
    throw new Fault('usage', { detail: `"${written}" is not PLANE/SERVER/TOOL.` })
  checkPlane(plane, options)
  return { plane, server, name }
}

const checkPlane = (plane: string, options: Options): void => {
  const other = options.text('plane')
  if (other === undefined || other === plane) return
  throw new Fault('usage', { detail: `--plane says ${other}, and the argument says ${plane}.` })
}
