import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '#lib/fault.ts'
import type { Invocation, Options } from '../command.ts'
import { printJson } from '../terminal.ts'

/** Into a folder that is empty or does not exist: nothing that lies there is taken for a part of it. */
export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields } = invocation
  const [plane] = args
  const folder = options.text('output') ?? `${plane ?? 'ledger'}-evidence`
  makeFolder(folder)
  const files = createFiles(folder)
  const control = await invocation.control()
  const asked = { ...rangeOf(options), ...(plane !== undefined && { plane }) }
  const payloads = options.flag('payloads')
  try {
    for await (const { file, bytes } of control.exportLedger({ ...asked, payloads }))
      files.write(file, bytes)
  } finally {
    files.close()
  }
  const names = readdirSync(folder)
  const answer = { folder, files: names.length }
  if (terminal.json) printJson(terminal, answer, fields)
  else terminal.out(`${terminal.glyph('passed')} ${folder}: ${answer.files} files`)
  terminal.hint(`Next: bailiwick verify ${folder}`)
  return 0
}

const rangeOf = (options: Options) => {
  const bounds = { least: 0, most: 999_999_999, otherwise: 0 }
  const count = (name: string) =>
    options.text(name) === undefined ? undefined : options.count(name, bounds)
  const written = { since: options.text('since'), until: options.text('until') }
  const asked = { from: count('from'), to: count('to'), ...written }
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
}

const makeFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (readdirSync(folder).length === 0) return
  throw new Fault('usage', {
    detail: `${folder} is not empty, and everything in a bundle's folder is taken for a part of it.`,
    fix: 'name another one with -o',
  })
}

const createFiles = (folder: string) => {
  const open = new Map<string, number>()
  return {
    write(name: string, bytes: Uint8Array): void {
      if (!/^[A-Za-z][A-Za-z.]*$/.test(name)) throw new Error(`${name} is no file of a bundle`)
      const file = open.get(name) ?? openSync(join(folder, name), 'wx', 0o600)
      open.set(name, file)
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
    },
    close(): void {
      for (const file of open.values()) closeSync(file)
      open.clear()
    },
  }
}
