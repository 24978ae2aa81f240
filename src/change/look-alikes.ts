import type { ItemDocument } from '#domain/documents.ts'
import { looksOf } from '#domain/looks.ts'
import type { PlanePolicy, Policy } from './change.ts'
import type { Finding } from './finding.ts'
import type { Path } from './path.ts'
import type { Given, Plan } from './plan.ts'

/** A name that a document gives to something of its plane: to the item itself, or to what it classifies. */
interface Claim {
  readonly of: 'item' | Classified
  /** `Server calendar`, as sentences speak of the item. */
  readonly item: string
  readonly name: string
}

const classified = ['tools', 'prompts', 'operations'] as const
type Classified = (typeof classified)[number]

/**
 * Two items of a plane, servers or APIs, and two tools, prompts or operations that are classified in
 * it, must not look alike: who reads one in a grant, a list or an alarm takes it for the other (trust.md
 * §1 row 17). The same tool name at two servers is two tools, told apart by the servers' names. What
 * stands already stays.
 */
export async function lookAlikes(
  policy: Policy,
  plan: Plan,
  breathe: () => Promise<void>,
): Promise<Finding[]> {
  const findings: Finding[] = []
  const items = [...plan.given.values()].filter(({ kind }) => kind === 'Server' || kind === 'API')
  for (const [plane, given] of Map.groupBy(items, (one) => one.plane)) {
    const here = policy.planes.get(plane)
    const stands = ({ kind, name }: Given, claim: Claim) =>
      claims(kind === 'API' ? here?.apis.get(name) : here?.servers.get(name), claim)
    const fresh = given.flatMap((one) =>
      claimsOf(one.document)
        .filter((claim) => !stands(one, claim))
        .map((claim) => ({ one, claim })),
    )
    if (fresh.length === 0) continue
    const taken = createIndex()
    for (const document of staying(here, plan)) {
      for (const claim of claimsOf(document)) taken.add(claim)
      await breathe()
    }
    for (const { one, claim } of fresh) {
      const other = taken.find(claim)
      if (other) findings.push(finding(one, claim, other))
      else taken.add(claim)
    }
  }
  return findings
}

/** What stood before, as far as it goes on standing. */
function* staying(here: PlanePolicy | undefined, { given, remove }: Plan): Generator<ItemDocument> {
  if (!here) return
  const removed = new Set<unknown>(remove.map(({ document }) => document))
  const next = new Map(
    [...given.values()].map(({ kind, name, document }) => [`${kind} ${name}`, document]),
  )
  for (const document of [...here.servers.values(), ...here.apis.values()]) {
    if (removed.has(document)) continue
    const after = next.get(`${document.kind} ${document.name}`)
    if (after === undefined) yield document
    else if (isItem(after)) yield intersection(after, document)
  }
}

/** What both claim; enough of a document for its claims. */
function intersection(after: ItemDocument, before: ItemDocument): ItemDocument {
  const both = Object.fromEntries(
    classified.map((member) => {
      const stood = namedIn(before, member)
      const kept = Object.entries(namedIn(after, member)).filter(([name]) =>
        Object.hasOwn(stood, name),
      )
      return [member, Object.fromEntries(kept)]
    }),
  )
  return { ...after, ...both }
}

const isItem = (document: Given['document']): document is ItemDocument =>
  document?.kind === 'Server' || document?.kind === 'API'

/** What a document says of each name. */
const namedIn = (document: ItemDocument, member: Classified): Readonly<Record<string, object>> =>
  (document as Partial<Record<Classified, Record<string, object>>>)[member] ?? {}

const known = new WeakMap<ItemDocument, readonly Claim[]>()

function claimsOf(document: Given['document']): readonly Claim[] {
  if (!isItem(document)) return []
  let found = known.get(document)
  if (!found) {
    const { kind, name } = document
    const item = `${kind} ${name}`
    const named = classified.flatMap((of) =>
      Object.keys(namedIn(document, of)).map((one): Claim => ({ of, item, name: one })),
    )
    found = [{ of: 'item', item, name }, ...named]
    known.set(document, found)
  }
  return found
}

const claims = (document: ItemDocument | undefined, { of, name }: Claim): boolean =>
  document !== undefined && (of === 'item' || Object.hasOwn(namedIn(document, of), name))

function createIndex() {
  const byLooks = new Map<string, Claim>()
  // Operations are offered as tools: the two are read in the same places.
  const keysOf = ({ of, name }: Claim) =>
    looksOf(name).map((key) => `${of === 'operations' ? 'tools' : of} ${key}`)
  return {
    add(claim: Claim): void {
      for (const key of keysOf(claim)) if (!byLooks.has(key)) byLooks.set(key, claim)
    },
    find(claim: Claim): Claim | undefined {
      const alike = keysOf(claim).flatMap((key) => byLooks.get(key) ?? [])
      return alike.find(({ name }) => name !== claim.name)
    },
  }
}

function finding({ kind, name, source }: Given, claim: Claim, other: Claim): Finding {
  const isOfItem = claim.of === 'item'
  const path: Path = isOfItem ? ['name'] : [claim.of, claim.name]
  const sentence = isOfItem
    ? `its name looks like that of ${other.item}; choose another`
    : `${claim.of} has ${claim.name}, which looks like ${other.name} of ${other.item}; only one of the two can be classified`
  return {
    code: 'look-alike',
    message: `${kind} ${name}: ${sentence}`,
    at: source && { source, path, part: isOfItem ? 'value' : 'key' },
  }
}
