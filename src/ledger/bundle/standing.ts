import type { PlaneId } from '#domain/name.ts'
import { definitionBytes } from '#mcp/definition.ts'
import type { CapabilityVersionRows, Placed, Revisions } from '#store/store.ts'
import type { BundleSource, PolicyRevision } from './bundle.ts'

/** Definitions as they were pinned, by fingerprint; `collect` is shown every entry, which names the server. */
export const definitionsOf = (
  versions: CapabilityVersionRows,
): { definition: BundleSource['definition']; collect: (body: string) => void } => {
  const servers = new Map<string, string>()
  return {
    collect(body) {
      if (!body.includes('"type":"call.intent"')) return
      const { type, definition, server } = JSON.parse(body)
      if (type === 'call.intent') servers.set(definition, server)
    },
    async definition(fingerprint) {
      const all = await versions.list(servers.get(fingerprint) ?? '')
      const found = all.find((one) => one.fingerprint === fingerprint)
      if (found === undefined) return undefined
      // An operation's definition is written as a tool's.
      const kind = found.kind === 'operation' ? 'tool' : found.kind
      return definitionBytes(kind, JSON.parse(found.definition)).toString('utf8')
    },
  }
}

const revisionsAtOnce = 100
/** As an entry says them. */
const said = (text: string): string => text.slice(0, 2000).toWellFormed()

/** Every revision that touched the plane, with what it changed of its documents. */
export async function* policyOf(
  revisions: Pick<Revisions, 'newest' | 'find' | 'changesAfter'>,
  plane: PlaneId,
): AsyncGenerator<PolicyRevision> {
  const newest = await revisions.newest()
  for (let after = 0; after < newest; after += revisionsAtOnce) {
    const changes = await revisions.changesAfter(after, revisionsAtOnce)
    const here = Map.groupBy(
      changes.filter((one) => one.plane === plane),
      ({ revision }) => revision,
    )
    for (const [number, its] of [...here].sort(([a], [b]) => a - b)) {
      const found = await revisions.find(number)
      if (found === undefined) continue
      const { at, by, revision, set = '', summary, why } = found
      yield {
        ...{ at, by },
        changes: its.map((one) => ({
          after: placedOf(one.after),
          before: placedOf(one.before),
          kind: one.topic === 'document' ? one.kind : one.topic,
          name: one.name,
        })),
        ...{ revision, set },
        ...{ summary: said(summary), why: said(why) },
      }
    }
  }
}

/** JSON has no undefined: what did not stand before, or does not afterwards, is null. */
const placedOf = (placed: Placed | undefined): object | null =>
  placed === undefined ? null : { body: placed.body, set: placed.set ?? null }
