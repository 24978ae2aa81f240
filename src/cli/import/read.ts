import { isUtf8 } from 'node:buffer'
import { readFileSync, statSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { Fault } from '#lib/fault.ts'
import { JsonError, readJson } from '#lib/json.ts'
import { plainJson } from '#lib/jsonc.ts'
import { readClientFile } from './client-file.ts'
import { type Entry, type Fields, isFields } from './entry.ts'
import { readOpenApi } from './openapi.ts'
import { readServerJson } from './server-json.ts'

export const formats = ['client', 'server.json', 'openapi'] as const
export type Format = (typeof formats)[number]

export interface ReadFile {
  readonly format: Format
  readonly entries: readonly Entry[]
}

const mostBytes = 4 * 1024 * 1024
const jsonLimits = { depth: 128, nodes: 500_000, inexactNumbers: 'keep' } as const

/** Reads a file as what it is, or as what it is said to be. No message holds anything of its text. */
export const readImport = (
  path: string,
  about: { format: Format | undefined; upstream: string | undefined },
): ReadFile => {
  const text = readText(path)
  const file = parse(path, text)
  const readers: Record<Format, () => Entry[] | undefined> = {
    openapi: () => readOpenApi(file, text, about.upstream),
    'server.json': () => readServerJson(file),
    client: () => readClientFile(file),
  }
  const asked = about.format === undefined ? formats.toReversed() : [about.format]
  for (const format of asked) {
    const entries = readers[format]()
    if (entries) return { format, entries }
  }
  throw new Fault('usage', {
    detail:
      about.format === undefined
        ? `${path} is no server.json, no OpenAPI document and no client's configuration that is known.`
        : `${path} is not in the form of ${names[about.format]}.`,
    fix: 'docs/import.md lists what is read',
  })
}

export const names: Readonly<Record<Format, string>> = {
  client: "a client's configuration",
  'server.json': 'a server.json of the MCP registry',
  openapi: 'an OpenAPI document',
}

const readText = (path: string): string => {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isFile()) throw new Fault('not_found', { detail: `There is no file ${path}.` })
  if (found.size > mostBytes)
    throw new Fault('usage', { detail: `${path} is larger than ${mostBytes / 1024 / 1024} MiB.` })
  const bytes = readFileSync(path)
  if (!isUtf8(bytes)) throw new Fault('usage', { detail: `${path} is not UTF-8.` })
  // Some editors put a byte order mark first.
  return bytes.toString().replace(/^\ufeff/, '')
}

const parse = (path: string, text: string): Fields => {
  const value =
    text.trimStart().startsWith('{') || /^\s*\/[/*]/.test(text)
      ? json(path, text)
      : yaml(path, text)
  if (isFields(value)) return value
  throw new Fault('usage', { detail: `${path} holds no object.` })
}

const json = (path: string, text: string): unknown => {
  const bytes = Buffer.from(plainJson(text))
  try {
    return readJson(bytes, jsonLimits).value
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown
    const before = bytes.subarray(0, thrown.offset).toString()
    const line = before.split('\n').length
    const detail = `${path}:${line} is not JSON that every reader reads alike: ${thrown.reason}.`
    throw new Fault('usage', { detail })
  }
}

/** Aliases are not followed: a short text could become a long one. */
const yaml = (path: string, text: string): unknown => {
  const unread = () => new Fault('usage', { detail: `${path} cannot be read as JSON or YAML.` })
  try {
    const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent' })
    if (document.errors.length > 0) throw unread()
    return document.toJS({ maxAliasCount: 0 })
  } catch {
    throw unread()
  }
}
