import { createHash } from 'node:crypto'
import { setImmediate as breathe } from 'node:timers/promises'
import type { CapabilityKind } from '#domain/capability.ts'
import type { JsonObject } from '#lib/json.ts'
import { type DefinitionProblem, readDefinition } from '#mcp/definition.ts'
import { findParamHeaders, type ParamHeaderProblem } from '#mcp/param-headers.ts'
import { alikeIn, createAlike } from './alike.ts'
import { type Definition, keyOf, type Rows } from './item.ts'
import type { Observation } from './registry.ts'
import { visible } from './visible.ts'

/** A definition that was taken in. */
export interface Accepted {
  readonly kind: CapabilityKind
  readonly name: string
  readonly fingerprint: string
  /** Its JSON text, as it is stored. */
  readonly text: string
}

export interface Judgement {
  readonly accepted: readonly Accepted[]
  readonly refused: Observation['refused']
}

/** Of one definition's JSON text. */
const LIMIT_BYTES = 64 * 1024

/** Of one server, those that are gone included: names that come and go must not fill the store. */
const MOST = 20_000

/**
 * In JSON text U+0000 and half a surrogate pair, which PostgreSQL's `text` cannot hold as they are, in
 * a name or in what is made of it: JSON.stringify (ECMA-262 §25.5.2.3) escapes both, and nothing else so.
 */
const UNKEPT = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/

/** So many are judged before others have their turn. */
const BREATH = 250

/**
 * Takes in what a server told, or says why not. A definition whose text is known is not hashed again,
 * so that looking at ten thousand of them once a minute costs little.
 */
export async function judge(
  rows: Rows,
  discovered: readonly { readonly kind: CapabilityKind; readonly definition: Definition }[],
  /** What looks like it at another server of the plane and stands in its way, in words. */
  elsewhere: (kind: CapabilityKind, name: string) => string | undefined = () => undefined,
): Promise<Judgement> {
  const accepted: Accepted[] = []
  const refused: { name: string; problem: string }[] = []
  const taken = new Set<string>()
  const fresh = createAlike()
  // What was there before is not pushed aside by a newcomer that looks like it, wherever it is listed.
  const lookAlike = ({ kind, name }: Accepted) =>
    alikeIn(rows).find(kind, name) ?? fresh.find(kind, name) ?? elsewhere(kind, name)
  let room = MOST - rows.size
  for (const [at, { kind, definition }] of discovered.entries()) {
    if (at % BREATH === BREATH - 1) await breathe()
    const one = read(rows, kind, definition)
    const key = 'problem' in one ? '' : keyOf(kind, one.name)
    const before = rows.get(key)?.stored
    const isNew = key !== '' && before === undefined
    const isThere = before !== undefined && !before.absent
    const like = 'problem' in one || isThere ? undefined : lookAlike(one)
    const among = taken.has(key) ? 'it is listed twice' : like && `it looks like ${like}`
    const problem = 'problem' in one ? one.problem : among
    if (problem !== undefined || 'problem' in one) {
      refused.push({ name: shownName(definition), problem: problem ?? '' })
    } else if (isNew && room === 0) {
      refused.push({ name: one.name, problem: `the server has had more than ${MOST} names` })
    } else {
      if (isNew) room--
      taken.add(key)
      if (!isThere) fresh.add(kind, one.name)
      accepted.push(one)
    }
  }
  return { accepted, refused }
}

/** What could be taken in, by each definition alone. */
export const acceptedOf = (
  rows: Rows,
  discovered: readonly { readonly kind: CapabilityKind; readonly definition: Definition }[],
): readonly Accepted[] =>
  discovered.flatMap(({ kind, definition }) => {
    const one = read(rows, kind, definition)
    return 'problem' in one ? [] : [one]
  })

function read(
  rows: Rows,
  kind: CapabilityKind,
  definition: Definition,
): Accepted | { readonly problem: string } {
  const text = JSON.stringify(definition)
  if (UNKEPT.test(text)) return { problem: 'it holds a character that no store keeps' }
  return known(rows, kind, definition, text) ?? readAnew(kind, definition, text)
}

function known(
  rows: Rows,
  kind: CapabilityKind,
  definition: Definition,
  text: string,
): Accepted | undefined {
  const name = nameIn(kind, definition)
  const stored = typeof name === 'string' ? rows.get(keyOf(kind, name))?.stored : undefined
  if (stored === undefined) return undefined
  if (stored.definition === text) {
    return { kind, name: stored.name, fingerprint: stored.fingerprint, text }
  }
  if (stored.observedDefinition !== text || stored.observedFingerprint === undefined)
    return undefined
  return { kind, name: stored.name, fingerprint: stored.observedFingerprint, text }
}

function readAnew(
  kind: CapabilityKind,
  definition: Definition,
  text: string,
): Accepted | { readonly problem: string } {
  const bytes = Buffer.byteLength(text)
  if (bytes > LIMIT_BYTES) return { problem: `it is longer than ${LIMIT_BYTES} bytes` }
  // An operation's definition is written as a tool's.
  const found = readDefinition(kind === 'operation' ? 'tool' : kind, definition as JsonObject)
  if ('problem' in found) return { problem: SAID[found.problem] }
  const headers = kind === 'tool' ? findParamHeaders((definition as JsonObject).inputSchema) : []
  if ('problem' in headers) {
    return {
      problem: `its x-mcp-header annotations are not valid: ${HEADERS_SAID[headers.problem]}`,
    }
  }
  const fingerprint = createHash('sha256').update(found.bytes).digest('hex')
  return { kind, name: found.key, fingerprint, text }
}

const SAID: Readonly<Record<DefinitionProblem, string>> = {
  'not-an-object': 'it is no definition',
  key: 'it has no name',
  characters: 'its name has characters that are not accepted',
  schema: 'its inputSchema is not of type object',
  template: 'its URI template is not one that can be matched',
  inexact: 'it holds a number that cannot be kept exactly',
}

const HEADERS_SAID: Readonly<Record<ParamHeaderProblem, string>> = {
  name: 'a name is no header name',
  repeated: 'a name occurs twice',
  type: 'one is neither a string nor an integer nor a boolean',
  unreachable: 'one stands where no chain of properties leads to',
}

function nameIn(kind: CapabilityKind, { name, uri, uriTemplate }: Definition): unknown {
  if (kind === 'resource') return uri
  return kind === 'template' ? uriTemplate : name
}

/** Names that are refused may be anything at all. */
function shownName({ name, uri, uriTemplate }: Definition): string {
  const told = name ?? uri ?? uriTemplate
  return typeof told === 'string' ? visible(told.slice(0, 200)) : '(no name)'
}
