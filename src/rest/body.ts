import { isAscii, isUtf8 as isUtf8Bytes } from 'node:buffer'
import { isObject, JsonError, type JsonLimits, type JsonValue, readJson } from '#lib/json.ts'
import type { ArgumentProblem } from './argument.ts'
import { formProblem } from './component.ts'
import { isUtf8, mediaTypeOf } from './media-type.ts'
import type { FormField, RequestBody } from './operation.ts'
import { readPairs, writePair } from './query.ts'
import { readTexts, writeTexts } from './value.ts'

type Failed = { readonly problem: ArgumentProblem }

const failed = (message: string, where = 'body'): Failed => ({ problem: { where, message } })

/**
 * The body of a request as the argument that it is; undefined where there is none. It must be of the
 * media type that the operation is carried with, in UTF-8, and say to every reader the same.
 */
export function readBody(
  body: RequestBody | undefined,
  contentType: string | undefined,
  bytes: Buffer,
  limits: JsonLimits,
): { readonly value: JsonValue | undefined } | Failed {
  if (bytes.length === 0)
    return body?.required === true ? failed('it is missing') : { value: undefined }
  if (!body) return failed('the operation takes none')
  if (mediaTypeOf(contentType ?? '') !== body.mediaType)
    return failed(`its media type must be ${body.mediaType}`)
  if (body.kind === 'binary') return { value: bytes.toString('base64') }
  if (!isUtf8(contentType ?? '') || !isUtf8Bytes(bytes)) return failed('it must be UTF-8')
  if (body.kind === 'text') return { value: bytes.toString() }
  return body.kind === 'json' ? readJsonBody(bytes, limits) : readForm(body.fields, bytes)
}

function readJsonBody(bytes: Buffer, limits: JsonLimits): { readonly value: JsonValue } | Failed {
  try {
    return { value: readJson(bytes, limits).value }
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown
    return failed(`it is not JSON that every reader reads alike: ${thrown.reason}`)
  }
}

function readForm(
  fields: readonly FormField[],
  bytes: Buffer,
): { readonly value: JsonValue } | Failed {
  if (!isAscii(bytes)) return failed('a form is ASCII, with escapes for all else')
  const read = readPairs(bytes.toString('latin1'), formProblem)
  if ('problem' in read) return failed(read.problem)
  const value: { [name: string]: JsonValue } = {}
  const known = new Map(fields.map((field) => [field.name, field]))
  for (const [name, texts] of read.pairs) {
    const field = known.get(name)
    if (!field) return failed('a field of it is not declared')
    const found = readTexts(field, texts)
    if ('problem' in found) return failed(found.problem, `body ${name}`)
    value[field.member] = found.value
  }
  return { value }
}

/** The bytes of a body with that argument. */
export function writeBody(
  body: RequestBody,
  value: JsonValue,
): { readonly bytes: Buffer } | Failed {
  if (body.kind === 'json') return { bytes: Buffer.from(JSON.stringify(value)) }
  if (body.kind === 'form') return writeForm(body.fields, value)
  if (typeof value !== 'string' || value === '')
    return failed('it must be a text that is not empty')
  if (body.kind === 'text')
    return value.isWellFormed()
      ? { bytes: Buffer.from(value) }
      : failed('it has half a character in it')
  const bytes = Buffer.from(value, 'base64')
  return bytes.toString('base64') === value ? { bytes } : failed('it must be base64 (RFC 4648 §4)')
}

function writeForm(
  fields: readonly FormField[],
  value: JsonValue,
): { readonly bytes: Buffer } | Failed {
  if (!isObject(value)) return failed('it must be an object')
  const pairs: string[] = []
  const known = new Map(fields.map((field) => [field.member, field]))
  for (const [member, inner] of Object.entries(value)) {
    const field = known.get(member)
    if (!field) return failed('a field of it is not declared')
    const written = writeTexts(field, inner)
    if ('problem' in written) return failed(written.problem, `body ${member}`)
    const wrong = written.texts.map(formProblem).find((found) => found !== undefined)
    if (wrong !== undefined) return failed(wrong, `body ${member}`)
    pairs.push(...written.texts.map((text) => writePair(field.name, text, false)))
  }
  return pairs.length > 0
    ? { bytes: Buffer.from(pairs.join('&')) }
    : failed('an empty form cannot be written; leave it out')
}
