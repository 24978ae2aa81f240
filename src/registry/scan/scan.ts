import type { CapabilityKind } from '#domain/capability.ts'
import { visible } from '../visible.ts'
import { around, findCharacters } from './characters.ts'
import { type Finding, type Found, severities } from './finding.ts'
import { findInstructions } from './instructions.ts'
import { findMarks } from './markup.ts'
import { findParameter } from './parameters.ts'
import { plainTextOf } from './plain-text.ts'
import { verbOf } from './suggest.ts'
import { findUnchecked } from './unchecked.ts'
import { textsOf } from './walk.ts'

/** What is scanned, and what stands around it. */
export interface Scanned {
  readonly kind: CapabilityKind
  readonly name: string
  readonly definition: Readonly<Record<string, unknown>>
  /** Names of other servers' tools and prompts, and of those servers. */
  readonly others?: ReadonlySet<string>
}

/** Of one definition; nobody reads more. */
const MOST = 50
const LONG = 2000
const VERY_LONG = 6000

/**
 * Looks a definition over for its reviewer: what hides, what speaks to the model, what asks for more than
 * it needs (trust.md §1 row 15). In time proportional to the definition, whoever wrote it. It decides
 * nothing: what it does not know it does not find, and what it finds may be honest.
 */
export function scanDefinition(scanned: Scanned): Finding[] {
  const findings: Finding[] = []
  for (const { at, text, isParameter } of textsOf(scanned.definition)) {
    for (const found of inText(text, scanned.others)) findings.push({ ...found, at })
    const asked = isParameter ? findParameter(text) : undefined
    if (asked) findings.push({ ...asked, at })
    if (findings.length > MOST * 4) break
  }
  findings.push(...contradictions(scanned))
  findings.push(...findUnchecked(scanned.kind, scanned.definition))
  return findings.sort(bySeverity).slice(0, MOST)
}

const bySeverity = (a: Finding, b: Finding): number =>
  severities.indexOf(b.severity) - severities.indexOf(a.severity)

function inText(text: string, others: ReadonlySet<string> | undefined): Found[] {
  const found = findCharacters(text)
  if (text.length < 3) return found
  const plain = plainTextOf(text)
  const place = (at: number) => plain.places[at] ?? 0
  for (const { phrase, start, end } of findInstructions(plain.text)) {
    const from = place(start)
    const excerpt = around(text, from, place(end - 1) + 1 - from)
    found.push({ severity: phrase.severity, says: phrase.says, excerpt })
  }
  found.push(...findMarks(text), ...lengthOf(text))
  if (others !== undefined) found.push(...mentions(text, others))
  return found
}

function lengthOf(text: string): Found[] {
  if (text.length < LONG) return []
  const says = `is ${text.length} characters long`
  return [{ severity: text.length < VERY_LONG ? 'info' : 'warning', says, excerpt: '' }]
}

const ORDERS =
  /\b(?:call|use|invoke|instead|before|after|never|not|replaces?|send|must|always|first)\b/i

/** Another server's tool: a description that gives orders about it would take it over (shadowing). */
function mentions(text: string, others: ReadonlySet<string>): Found[] {
  const found: Found[] = []
  for (const match of text.matchAll(/[A-Za-z0-9][A-Za-z0-9_.-]{3,150}/g)) {
    const word = match[0].replace(/[.-]+$/, '')
    if (!others.has(word) || !isDistinctive(word)) continue
    const near = text.slice(Math.max(0, match.index - 80), match.index + word.length + 80)
    const severity = ORDERS.test(near) ? 'serious' : 'warning'
    const excerpt = around(text, match.index, word.length)
    found.push({ severity, says: `speaks of ${visible(word)}, which another server has`, excerpt })
    if (found.length === 3) break
  }
  return found
}

/** `transfer_create`, `getUser`, `payments-api`: no word of the language. */
const isDistinctive = (word: string): boolean => /[a-z\d][_.-][a-z\d]|[a-z][A-Z]/.test(word)

/** MCP 2026-07-28, server/tools §Tool Annotations: what the server says of itself, beside the name that it gave. */
function contradictions({ kind, name, definition }: Scanned): Finding[] {
  const { annotations } = definition
  const isCalled = kind === 'tool' || kind === 'operation'
  if (!isCalled || typeof annotations !== 'object' || annotations === null) return []
  const { readOnlyHint, destructiveHint } = annotations as Record<string, unknown>
  const verb = verbOf(name)
  const isWrong =
    (readOnlyHint === true && verb !== undefined && verb.class !== 'read') ||
    (destructiveHint === false && verb?.class === 'destructive')
  if (!isWrong) return []
  const what = readOnlyHint === true ? 'only reads' : 'destroys nothing'
  const says = `says that it ${what}, and its name says ${verb?.word}`
  return [{ severity: 'warning', says, at: '/annotations', excerpt: '' }]
}
