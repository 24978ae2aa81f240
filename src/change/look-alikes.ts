import type { ServerDocument } from '#domain/documents.ts'
import { looksOf } from '#domain/looks.ts'
import type { Policy } from './change.ts'
import type { Finding } from './finding.ts'
import type { Path } from './path.ts'
import type { Given, Plan } from './plan.ts'

/** A name that a document gives to something of its plane: to the server itself, or to what it classifies. */
interface Claim {
  readonly of: 'Server' | 'tools' | 'prompts'
  readonly server: string
  readonly name: string
}

/**
 * Two servers of a plane, and two tools or prompts that are classified in it, must not look alike: who
 * reads one in a grant, a list or an alarm takes it for the other (trust.md §1 row 17). The same tool
 * name at two servers is two tools, told apart by the servers' names. What stands already stays.
 */
export async function lookAlikes(
  policy: Policy,
  plan: Plan,
  breathe: () => Promise<void>,
): Promise<Finding[]> {
  const findings: Finding[] = []
  const servers = [...plan.given.values()].filter(({ kind }) => kind === 'Server')
  for (const [plane, given] of Map.groupBy(servers, (one) => one.plane)) {
    const before = policy.planes.get(plane)?.servers ?? new Map<string, ServerDocument>()
    const stands = (one: Given, claim: Claim) => claims(before.get(one.name), claim)
    const fresh = given.flatMap((one) =>
      claimsOf(one.document)
        .filter((claim) => !stands(one, claim))
        .map((claim) => ({ one, claim })),
    )
    if (fresh.length === 0) continue
    const taken = createIndex()
    for (const document of staying(before, plan)) {
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
function* staying(
  before: ReadonlyMap<string, ServerDocument>,
  { given, remove }: Plan,
): Generator<ServerDocument> {
  const removed = new Set(remove.map(({ document }) => document))
  const next = new Map(
    [...given.values()].map(({ kind, name, document }) => [`${kind} ${name}`, document]),
  )
  for (const [name, document] of before) {
    if (removed.has(document)) continue
    const after = next.get(`Server ${name}`)
    if (after === undefined) yield document
    else if (after.kind === 'Server') yield intersection(after, document)
  }
}

/** What both claim; enough of a document for its claims. */
function intersection(after: ServerDocument, before: ServerDocument): ServerDocument {
  const both = (member: 'tools' | 'prompts') =>
    Object.fromEntries(
      Object.entries(after[member] ?? {}).filter(([name]) =>
        Object.hasOwn(before[member] ?? {}, name),
      ),
    )
  return { ...after, tools: both('tools'), prompts: both('prompts') }
}

const known = new WeakMap<ServerDocument, readonly Claim[]>()

function claimsOf(document: Given['document']): readonly Claim[] {
  if (document?.kind !== 'Server') return []
  let found = known.get(document)
  if (!found) {
    const { name: server } = document
    const named = (of: 'tools' | 'prompts') =>
      Object.keys(document[of] ?? {}).map((name): Claim => ({ of, server, name }))
    found = [{ of: 'Server', server, name: server }, ...named('tools'), ...named('prompts')]
    known.set(document, found)
  }
  return found
}

const claims = (document: ServerDocument | undefined, { of, name }: Claim): boolean =>
  document !== undefined && (of === 'Server' || Object.hasOwn(document[of] ?? {}, name))

function createIndex() {
  const byLooks = new Map<string, Claim>()
  const keysOf = ({ of, name }: Claim) => looksOf(name).map((key) => `${of} ${key}`)
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

function finding(one: Given, claim: Claim, other: Claim): Finding {
  const { source } = one
  const isServer = claim.of === 'Server'
  const path: Path = isServer ? ['name'] : [claim.of, claim.name]
  const sentence = isServer
    ? `its name looks like that of Server ${other.name}; choose another`
    : `${claim.of} has ${claim.name}, which looks like ${other.name} of Server ${other.server}; only one of the two can be classified`
  return {
    code: 'look-alike',
    message: `Server ${one.name}: ${sentence}`,
    at: source && { source, path, part: isServer ? 'value' : 'key' },
  }
}
