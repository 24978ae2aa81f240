import { canonicalJson, type JsonObject, type JsonValue } from '#lib/json.ts'
import { isObject } from './messages.ts'
import type { CapabilityKind } from './methods.ts'
import { parseTemplate } from './template.ts'

/** The member that names a definition among its kind (server/tools, prompts, resources: Data Types). */
const KEY_MEMBERS = {
  tool: 'name',
  prompt: 'name',
  resource: 'uri',
  template: 'uriTemplate',
} as const satisfies Record<CapabilityKind, string>

/** Why a definition cannot be offered to anybody. */
export type DefinitionProblem =
  | 'not-an-object'
  | 'key'
  | 'characters'
  | 'schema'
  | 'template'
  | 'inexact'

/** A definition that can be offered: what it is called, and what is fingerprinted. */
export interface Definition {
  readonly key: string
  readonly bytes: Buffer
}

/**
 * A definition as a server lists it: its key and its canonical bytes, or why it is none. A tool or
 * prompt is called by a checked name, a tool's inputSchema is of type object (server/tools §Tool), a
 * template is one that can be matched.
 */
export function readDefinition(
  kind: CapabilityKind,
  raw: JsonValue | undefined,
): Definition | { readonly problem: DefinitionProblem } {
  if (!isObject(raw)) return { problem: 'not-an-object' }
  const key = raw[KEY_MEMBERS[kind]]
  if (typeof key !== 'string' || key === '') return { problem: 'key' }
  const problem = problemOf(kind, key, raw)
  if (problem !== undefined) return { problem }
  try {
    return { key, bytes: definitionBytes(kind, raw) }
  } catch {
    // A number that was read as infinite: two such definitions would look alike.
    return { problem: 'inexact' }
  }
}

function problemOf(
  kind: CapabilityKind,
  key: string,
  raw: JsonObject,
): DefinitionProblem | undefined {
  if (kind === 'template') return parseTemplate(key) === undefined ? 'template' : undefined
  if (kind === 'resource') return isUri(key) ? undefined : 'characters'
  if (!isCapabilityName(key)) return 'characters'
  if (kind === 'prompt') return undefined
  return isObject(raw.inputSchema) && raw.inputSchema.type === 'object' ? undefined : 'schema'
}

/**
 * The bytes whose hash is a definition's fingerprint: RFC 8785 over the kind and the whole
 * definition as the server gave it. All of it reaches the model or its client (names, descriptions,
 * schemas, annotations, icons, `_meta`), so a change of any of it is a change; the order of members
 * and white space are not. Throws a TypeError for what has no canonical form.
 */
export function definitionBytes(
  kind: CapabilityKind,
  raw: Readonly<Record<string, unknown>>,
): Buffer {
  return Buffer.from(canonicalJson({ kind, definition: raw }))
}

/** server/tools §Tool Names: what a tool SHOULD be called, and here must. Nothing invisible, nothing that looks like something else. */
export function isCapabilityName(name: string): boolean {
  return /^[A-Za-z0-9_.-]{1,128}$/.test(name)
}

/** RFC 3986 §3: a scheme and ASCII without spaces; not whether the rest is well-formed for its scheme. */
function isUri(text: string): boolean {
  return text.length <= 2048 && /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/.test(text)
}
