import type { CapabilityKind } from '#domain/capability.ts'
import type { CapabilityClass } from '#domain/selector.ts'
import { partsOf } from './parameters.ts'

/** A class for the reviewer to accept or not; never applied by itself. */
export interface Suggestion {
  /** Undefined: unsure. */
  readonly class: CapabilityClass | undefined
  /** `verb adjust; schema has amount`, `server says read-only (not verified); name has no verb`. */
  readonly because: string
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** In the order in which they are looked for: what does most comes first. */
const verbs: readonly { readonly class: CapabilityClass; readonly words: ReadonlySet<string> }[] = [
  {
    class: 'destructive',
    words: words(
      'delete remove drop purge destroy close cancel revoke kill terminate wipe truncate reset uninstall overwrite erase clear discard shutdown stop disable deactivate ban block reject void unpublish',
    ),
  },
  {
    class: 'write',
    words: words(
      'create add set update put post send write upload edit adjust move rename transfer pay assign start run execute exec insert append save store publish merge commit push apply modify change patch replace register approve submit schedule book order buy sell deploy install enable activate invite share grant trigger invoke import sync copy fork open reply comment upsert toggle mark archive restore drift',
    ),
  },
  {
    class: 'read',
    words: words(
      'get list read search find show describe fetch query lookup look count check view browse inspect tell explain summarize summarise analyze analyse compare calculate compute validate verify preview ping status whoami help echo resolve scan watch monitor download export',
    ),
  },
]

const moving = [
  'amount',
  'amountcents',
  'quantity',
  'price',
  'payload',
  'sql',
  'command',
  'recipient',
  'to',
]

export function suggestClass(about: {
  kind: CapabilityKind
  name: string
  definition: Readonly<Record<string, unknown>>
}): Suggestion {
  const { kind, name, definition } = about
  if (kind === 'operation') return suggestForOperation(name, definition)
  if (kind !== 'tool') return { class: 'read', because: `a ${kind} is read` }
  const verb = verbOf(name)
  const hint = hintOf(definition.annotations)
  const moves = parametersOf(definition.inputSchema).find((one) =>
    moving.includes(partsOf(one).join('')),
  )
  const reasons = [
    ...(hint ? [`server says ${hint.says} (not verified)`] : []),
    verb ? `verb ${verb.word}` : 'name has no verb',
    ...(moves === undefined || verb?.class === 'read' ? [] : [`schema has ${moves}`]),
  ]
  return {
    class: chosen(verb?.class, hint?.class, moves !== undefined),
    because: reasons.join('; '),
  }
}

/** RFC 9110 §9.2.1: GET, HEAD and OPTIONS promise to change nothing, and DELETE promises to. */
function suggestForOperation(
  name: string,
  definition: Readonly<Record<string, unknown>>,
): Suggestion {
  const { openapi } = (definition._meta ?? {}) as { openapi?: { method?: unknown } }
  const method = String(openapi?.method ?? '')
  const safe = ['GET', 'HEAD', 'OPTIONS'].includes(method)
  const promised = method === 'DELETE' ? 'destructive' : safe ? 'read' : 'write'
  const verb = verbOf(name)
  return {
    class: chosen(verb?.class, promised, false) ?? promised,
    because: `method ${method}; ${verb ? `verb ${verb.word}` : 'name has no verb'}`,
  }
}

/** What a server says of itself makes nothing more harmless than its name does. */
function chosen(
  verb: CapabilityClass | undefined,
  hint: CapabilityClass | undefined,
  moves: boolean,
): CapabilityClass | undefined {
  if (hint === 'destructive' || verb === 'destructive') return 'destructive'
  if (hint === 'write' || verb === 'write') return 'write'
  if (verb === 'read') return 'read'
  return moves ? 'write' : undefined
}

/** The first verb of the name is what it does, unless another does more. */
export function verbOf(name: string): { word: string; class: CapabilityClass } | undefined {
  const parts = partsOf(name)
  for (const { class: its, words } of verbs) {
    const word = parts.find((part) => words.has(part))
    if (word !== undefined && (its !== 'read' || parts.length > 0)) return { word, class: its }
  }
  return undefined
}

/** MCP 2026-07-28, server/tools §Tool Annotations: hints of a server that nobody has to believe. */
function hintOf(annotations: unknown): { says: string; class: CapabilityClass } | undefined {
  if (typeof annotations !== 'object' || annotations === null) return undefined
  const { readOnlyHint, destructiveHint } = annotations as Record<string, unknown>
  if (readOnlyHint === true) return { says: 'read-only', class: 'read' }
  if (destructiveHint === true) return { says: 'destructive', class: 'destructive' }
  return readOnlyHint === false ? { says: 'it writes', class: 'write' } : undefined
}

export function parametersOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties } = schema as { properties?: unknown }
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}
