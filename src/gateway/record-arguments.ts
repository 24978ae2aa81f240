import type { Capability } from '#domain/capability.ts'
import { indexedNames, isPersonal } from '#domain/personal.ts'
import { canonicalJson, type JsonValue, spanOf } from '#lib/json.ts'
import { isObject } from '#mcp/messages.ts'
import { takesArguments } from '#mcp/methods.ts'
import type { CallAsk } from './exchange.ts'
import type { Recording } from './recording.ts'
import { redactionLimits } from './redact-json.ts'

/** In place of what could not be masked. */
export const WITHHELD = Buffer.from('"[withheld]"')

/** As they came; of a method that takes none by that name, all that was asked. */
export const argumentsOf = (ask: CallAsk): Uint8Array => {
  if (ask.era === 'rest') return Buffer.from(ask.args ? JSON.stringify(ask.args) : '')
  const member = takesArguments(ask.method) ? ['arguments'] : []
  const span = spanOf(ask.doc, 'params', ...member)
  return span ? ask.doc.bytes.subarray(span.start, span.end) : new Uint8Array()
}

/** As they are recorded; undefined where nothing of them is. Masked before they are committed to. */
export const argumentsToRecord = (
  ask: CallAsk,
  given: Uint8Array,
  { level, arguments: shown }: Recording,
): Uint8Array | undefined => {
  if (level === 'none') return undefined
  if (shown === 'whole') return given
  const value = shown === 'withheld' ? undefined : objectIn(ask)
  if (value === undefined || shown === 'withheld') return WITHHELD
  const masked = shown.apply(value, { left: redactionLimits.visits })
  return masked === undefined ? WITHHELD : Buffer.from(canonicalJson(masked))
}

/** The object that paths are about; a call that carries arguments in another place has none. */
const objectIn = (ask: CallAsk): JsonValue | undefined => {
  if (ask.era === 'rest') return ask.args
  const given = takesArguments(ask.method) ? ask.params.arguments : undefined
  return isObject(given) ? (given as JsonValue) : undefined
}

/**
 * The template in place of a URI, where data that may not be recorded can stand in the URI: it would
 * stand in the entry, which nothing erases. The same where a variable of it is personal, even where
 * the URI is that of a resource that the server lists.
 */
export const nameToRecord = (
  name: string,
  called: readonly Capability[],
  recordingOf: (capability: Capability) => Recording,
): string => {
  const hiding = called.find(isOfPersonalVariable)
  if (hiding) return hiding.name
  const template = called.find(({ kind }) => kind === 'template')
  const isExact = called.some((one) => one.kind === 'resource' && one.name === name)
  if (!template || isExact) return name
  return recordingOf(template).arguments === 'whole' ? name : template.name
}

const isOfPersonalVariable = ({ kind, classification }: Capability): boolean =>
  kind === 'template' &&
  classification !== undefined &&
  indexedNames(classification).some((name) => isPersonal(classification, name))
