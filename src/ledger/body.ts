import type {
  ArgumentsSealed,
  Changed,
  Entry,
  Erased,
  Gap,
  Intent,
  LedgerBroken,
  LedgerExported,
  LedgerKey,
  Opened,
  Outcome,
  PayloadRead,
  Pruned,
  Refused,
  RefusedCount,
  ResultSealed,
  StrangersCount,
} from '#domain/entry.ts'
import type { FindAsked, FindKeyGiven } from '#domain/find-entries.ts'
import { type Indexed, indexedIn } from '#domain/indexed.ts'
import { Fault } from '#lib/fault.ts'
import { sortedIdentity } from './identity-body.ts'
import { integer } from './integer.ts'

/** Of one entry, as UTF-8. */
export const bodyLimitBytes = 16 * 1024

/**
 * The canonical JSON of an entry (RFC 8785): of strings, integers and lists of strings, JSON.stringify
 * writes exactly that once the keys stand in order, and so every literal below lists them in order.
 * Fault('unrecordable') where the entry is too large or holds half of a surrogate pair, which
 * canonical JSON has no form for.
 */
export const bodyOf = (entry: Entry): string => {
  const body = JSON.stringify(sorted(entry))
  if (body.length * 3 > bodyLimitBytes && Buffer.byteLength(body) > bodyLimitBytes) {
    throw new Fault('unrecordable', {
      detail: `${entry.type}: larger than ${bodyLimitBytes} bytes`,
    })
  }
  // JSON.stringify writes a lone surrogate as \ud800: looked for only where that text occurs at all.
  if (body.includes('\\ud') && !Object.values(entry).flat().every(isWellFormed)) {
    throw new Fault('unrecordable', { detail: `${entry.type}: a lone surrogate` })
  }
  return body
}

const isWellFormed = (value: unknown): boolean => typeof value !== 'string' || value.isWellFormed()

const sorted = (entry: Entry): Entry => {
  switch (entry.type) {
    case 'call.intent':
      return intent(entry)
    case 'call.outcome':
      return outcome(entry)
    case 'call.refused':
      return refused(entry)
    case 'call.refused.count':
      return refusedCount(entry)
    case 'unauthenticated.count':
    case 'token.refused.count':
    case 'sign-in.refused.count':
      return strangersCount(entry)
    case 'token.issued':
    case 'api-key.issued':
    case 'api-key.revoked':
    case 'person.signed-in':
    case 'person.signed-out':
    case 'person.changed':
      return sortedIdentity(entry)
    case 'ledger.gap':
      return gap(entry)
    case 'policy.changed':
      return changed(entry)
    case 'ledger.open':
    case 'ledger.close':
      return opened(entry)
    case 'ledger.erased':
      return erased(entry)
    case 'ledger.pruned':
      return pruned(entry)
    case 'payload.read':
      return payloadRead(entry)
    case 'find.key':
      return findKey(entry)
    case 'find.asked':
      return findAsked(entry)
    case 'ledger.key':
      return ledgerKey(entry)
    case 'ledger.broken':
      return ledgerBroken(entry)
    case 'ledger.exported':
      return ledgerExported(entry)
  }
}

/** `arg.line` and the like: between `agent` and `argumentBytes`, whatever their names. */
const argumentsOf = (entry: Indexed): Indexed => {
  const said = indexedIn(entry)
  return said.length === 0 ? noArguments : Object.fromEntries(said)
}
const noArguments: Indexed = {}

const templateOf = ({
  template,
}: {
  readonly template?: string
}): { readonly template?: string } => (template === undefined ? {} : { template })

/** Absent where nobody's, as in entries of earlier versions. */
const userOf = ({ user }: { readonly user?: string }): { readonly user?: string } =>
  user === undefined ? {} : { user }

/** Absent where nothing is recorded, as in entries of earlier versions. */
const argumentsSealedOf = ({ argumentsCommit, argumentsSealed }: ArgumentsSealed) =>
  argumentsCommit === undefined || argumentsSealed === undefined
    ? {}
    : { argumentsCommit, argumentsSealed }

const resultSealedOf = ({ resultCommit, resultRecorded, resultSealed }: ResultSealed) =>
  resultCommit === undefined || resultRecorded === undefined || resultSealed === undefined
    ? {}
    : { resultCommit, resultRecorded: integer(resultRecorded), resultSealed }

const maskedOf = ({ masked }: { readonly masked?: readonly string[] }) =>
  masked === undefined ? {} : { masked }
const classOf = ({ class: one }: Pick<Refused, 'class'>): Pick<Refused, 'class'> =>
  one === undefined ? {} : { class: one }
const apiKeyOf = ({ apiKey }: Pick<Refused, 'apiKey'>): Pick<Refused, 'apiKey'> =>
  apiKey === undefined ? {} : { apiKey }
const ruleOf = ({ rule }: Pick<Refused, 'rule'>): Pick<Refused, 'rule'> =>
  rule === undefined ? {} : { rule }
const quotaOf = ({ quota }: Pick<Refused, 'quota'>): Pick<Refused, 'quota'> =>
  quota === undefined ? {} : { quota }
const runOf = ({ run }: Pick<Intent, 'run'>): Pick<Intent, 'run'> =>
  run === undefined ? {} : { run }
const traceOf = ({ trace }: Pick<Intent, 'trace'>): Pick<Intent, 'trace'> =>
  trace === undefined ? {} : { trace }

const intent = (entry: Intent): Intent => ({
  agent: entry.agent,
  ...apiKeyOf(entry),
  ...argumentsOf(entry),
  argumentBytes: integer(entry.argumentBytes),
  ...argumentsSealedOf(entry),
  at: integer(entry.at),
  call: entry.call,
  ...classOf(entry),
  client: entry.client,
  consumer: entry.consumer,
  credential: entry.credential,
  ...(entry.data === undefined ? {} : { data: entry.data }),
  definition: entry.definition,
  era: entry.era,
  grant: entry.grant,
  kind: entry.kind,
  ...maskedOf(entry),
  method: entry.method,
  name: entry.name,
  plane: entry.plane,
  quotas: entry.quotas,
  ...(entry.record === undefined ? {} : { record: entry.record }),
  revision: integer(entry.revision),
  ...(entry.round === undefined ? {} : { round: integer(entry.round) }),
  ...runOf(entry),
  server: entry.server,
  ...(entry.task === undefined ? {} : { task: entry.task }),
  ...templateOf(entry),
  ...traceOf(entry),
  type: entry.type,
  ...userOf(entry),
  v: 1,
})

const outcome = (entry: Outcome): Outcome => ({
  at: integer(entry.at),
  call: entry.call,
  code: entry.code,
  ...(entry.eventBytes === undefined ? {} : { eventBytes: integer(entry.eventBytes) }),
  ...maskedOf(entry),
  ms: integer(entry.ms),
  plane: entry.plane,
  resultBytes: integer(entry.resultBytes),
  ...resultSealedOf(entry),
  status: entry.status,
  type: entry.type,
  v: 1,
})

const refused = (entry: Refused): Refused => ({
  agent: entry.agent,
  ...apiKeyOf(entry),
  ...argumentsOf(entry),
  argumentBytes: integer(entry.argumentBytes),
  at: integer(entry.at),
  because: entry.because,
  call: entry.call,
  ...classOf(entry),
  client: entry.client,
  consumer: entry.consumer,
  kind: entry.kind,
  method: entry.method,
  name: entry.name,
  plane: entry.plane,
  ...quotaOf(entry),
  reason: entry.reason,
  revision: integer(entry.revision),
  ...ruleOf(entry),
  ...runOf(entry),
  server: entry.server,
  station: entry.station,
  ...templateOf(entry),
  ...traceOf(entry),
  type: entry.type,
  ...userOf(entry),
  v: 1,
})

const refusedCount = (entry: RefusedCount): RefusedCount => ({
  agent: entry.agent,
  ...apiKeyOf(entry),
  ...argumentsOf(entry),
  at: integer(entry.at),
  because: entry.because,
  ...classOf(entry),
  client: entry.client,
  consumer: entry.consumer,
  count: integer(entry.count),
  from: integer(entry.from),
  kind: entry.kind,
  method: entry.method,
  name: entry.name,
  plane: entry.plane,
  ...quotaOf(entry),
  reason: entry.reason,
  ...ruleOf(entry),
  server: entry.server,
  station: entry.station,
  ...templateOf(entry),
  to: integer(entry.to),
  type: entry.type,
  ...userOf(entry),
  v: 1,
})

const strangersCount = (entry: StrangersCount): StrangersCount => ({
  at: integer(entry.at),
  count: integer(entry.count),
  from: integer(entry.from),
  plane: entry.plane,
  reason: entry.reason,
  to: integer(entry.to),
  type: entry.type,
  v: 1,
})

const gap = (entry: Gap): Gap => ({
  at: integer(entry.at),
  from: integer(entry.from),
  plane: entry.plane,
  problem: entry.problem,
  refused: integer(entry.refused),
  to: integer(entry.to),
  type: entry.type,
  v: 1,
})

const changed = (entry: Changed): Changed => ({
  at: integer(entry.at),
  by: entry.by,
  plane: entry.plane,
  revision: integer(entry.revision),
  set: entry.set,
  summary: entry.summary,
  type: entry.type,
  v: 1,
  ...(entry.why && { why: entry.why }),
})

const opened = (entry: Opened): Opened => ({
  at: integer(entry.at),
  orphans: integer(entry.orphans),
  plane: entry.plane,
  type: entry.type,
  v: 1,
  version: entry.version,
})

const erased = (entry: Erased): Erased => ({
  at: integer(entry.at),
  by: entry.by,
  keys: integer(entry.keys),
  periods: entry.periods,
  plane: entry.plane,
  revision: integer(entry.revision),
  subject: entry.subject,
  type: entry.type,
  v: 1,
  why: entry.why,
})

const pruned = (entry: Pruned): Pruned => ({
  at: integer(entry.at),
  ...(entry.bodies === undefined ? {} : { bodies: integer(entry.bodies) }),
  from: integer(entry.from),
  payloads: integer(entry.payloads),
  plane: entry.plane,
  retain: entry.retain,
  to: integer(entry.to),
  type: entry.type,
  v: 1,
})

const ledgerKey = (entry: LedgerKey): LedgerKey => ({
  at: integer(entry.at),
  before: entry.before,
  plane: entry.plane,
  publicKey: entry.publicKey,
  type: entry.type,
  v: 1,
})

const payloadRead = (entry: PayloadRead): PayloadRead => ({
  at: integer(entry.at),
  by: entry.by,
  call: entry.call,
  plane: entry.plane,
  type: entry.type,
  v: 1,
  why: entry.why,
})

const findKey = (entry: FindKeyGiven): FindKeyGiven => ({
  at: integer(entry.at),
  by: entry.by,
  plane: entry.plane,
  type: entry.type,
  v: 1,
  why: entry.why,
})

const findAsked = (entry: FindAsked): FindAsked => ({
  argument: entry.argument,
  at: integer(entry.at),
  by: entry.by,
  plane: entry.plane,
  ...(entry.since !== undefined && { since: integer(entry.since) }),
  type: entry.type,
  ...(entry.until !== undefined && { until: integer(entry.until) }),
  v: 1,
  why: entry.why,
})

const ledgerBroken = (entry: LedgerBroken): LedgerBroken => ({
  at: integer(entry.at),
  by: entry.by,
  checkpoints: entry.checkpoints,
  generation: integer(entry.generation),
  plane: entry.plane,
  problem: entry.problem,
  type: entry.type,
  v: 1,
  why: entry.why,
})

const ledgerExported = (entry: LedgerExported): LedgerExported => ({
  at: integer(entry.at),
  by: entry.by,
  from: integer(entry.from),
  plane: entry.plane,
  to: integer(entry.to),
  type: entry.type,
  v: 1,
  with: entry.with,
})
