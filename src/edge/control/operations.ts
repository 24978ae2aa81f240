import { z } from 'zod'
import { apiKeyAsked } from '#domain/api-key.ts'
import { capabilityKinds } from '#domain/capability.ts'
import { claims } from '#domain/documents.ts'
import { indexedArgument, lifeCycles } from '#domain/item-documents.ts'
import { capabilityClasses } from '#domain/selector.ts'
import { suspensionKinds } from '#domain/suspension.ts'
import { Fault } from '#lib/fault.ts'
import { listAgents, mintToken, newAgentSecret } from '#manager/agents.ts'
import { listApiKeys, newApiKey, revokeApiKey } from '#manager/api-keys.ts'
import { askCalls, countCalls } from '#manager/asking.ts'
import { why } from '#manager/calls.ts'
import { can } from '#manager/can.ts'
import { listCredentials, removeCredential, setCredential } from '#manager/credentials.ts'
import type { Desk } from '#manager/desk.ts'
import { apply, exportDocuments } from '#manager/documents.ts'
import { erase } from '#manager/erasing.ts'
import {
  ledgerCheckpoints,
  ledgerEntries,
  ledgerKeys,
  ledgerStanding,
  ledgerTiles,
  proveEntry,
} from '#manager/evidence.ts'
import { acceptLedger, rollLedgerKey } from '#manager/ledgers.ts'
import { setLifeCycle } from '#manager/life-cycle.ts'
import {
  differenceOfCalls,
  facetsOfCalls,
  histogramOfCalls,
  type Step,
  steps,
} from '#manager/overview.ts'
import { listPasskeys, removePasskey } from '#manager/passkeys.ts'
import { testPolicy } from '#manager/policy-tests.ts'
import { readRecorded } from '#manager/recorded.ts'
import { reindex } from '#manager/reindex.ts'
import { release, releaseAll } from '#manager/release.ts'
import { replay } from '#manager/replay.ts'
import { newestRevisions, oneRevision, restore } from '#manager/revisions.ts'
import { classify, listServers, showServer } from '#manager/servers.ts'
import { newSetupCode } from '#manager/setup-code.ts'
import { status } from '#manager/status.ts'
import { listSuspensions, resumeMeant, suspendMeant } from '#manager/suspensions.ts'
import { revokeTokens, rollIssuerKey } from '#manager/tokens.ts'
import { versions } from '#manager/versions.ts'

const operation = <S extends z.ZodType, A>(
  input: S,
  run: (desk: Desk, input: z.output<S>) => A | Promise<A>,
) => ({ input, run })

const written = z.string().min(1).max(2048)
const plane = written.optional()
const inPlane = z.strictObject({ plane })
const kind = z.enum(capabilityKinds)
const reason = z.string().max(500)
/** Who or what is suspended or resumed; a capability is named with its server. */
const meant = { plane, kind: z.enum(suspensionKinds), name: z.string().min(1).max(4096) }
const files = z.array(z.strictObject({ name: written, text: z.string() })).min(1)
/** Documents as `apply` takes them. */
const draft = z.strictObject({ files, set: written.optional() })
/** Of a definition, hexadecimal; its beginning will do. */
const fingerprint = z.string().regex(/^[0-9a-f]{12,64}$/, 'must be 12 to 64 of 0-9 and a-f')

/** Of UTC. */
const month = z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-11')

/** As `ledger/ask.ts` reads it. */
const asked = {
  agent: written.optional(),
  consumer: written.optional(),
  user: written.optional(),
  server: written.optional(),
  capability: z.array(written).optional(),
  result: z.array(written).optional(),
  since: written.optional(),
  until: written.optional(),
  where: z.array(written).optional(),
}
const before = z.int().min(1).optional()
const top = z.int().min(1).max(100)

/**
 * Everything that the terminal can ask of an installation, in one table: the control socket serves
 * it, and a command that finds nothing running uses the same rows on the folder it opened.
 */
export const operations = {
  status: operation(inPlane, status),
  apply: operation(
    z.strictObject({
      files,
      set: written.optional(),
      prune: z.boolean(),
      dryRun: z.boolean(),
    }),
    apply,
  ),
  export: operation(inPlane, exportDocuments),
  credSet: operation(
    z.strictObject({ plane, credential: written, secret: z.base64() }),
    setCredential,
  ),
  credList: operation(inPlane, listCredentials),
  credRemove: operation(z.strictObject({ plane, credential: written }), removeCredential),
  token: operation(
    z.strictObject({
      plane,
      client: written.optional(),
      server: written.optional(),
      resource: written.optional(),
    }),
    mintToken,
  ),
  agentSecret: operation(z.strictObject({ plane, client: written }), newAgentSecret),
  agentList: operation(inPlane, listAgents),
  apiKeyNew: operation(
    z.strictObject({ plane, client: written, ...apiKeyAsked, reason: reason.optional() }),
    newApiKey,
  ),
  apiKeys: operation(z.strictObject({ plane, client: written.optional() }), listApiKeys),
  apiKeyRevoke: operation(
    z.strictObject({ plane, client: written, id: written, reason: reason.min(1) }),
    revokeApiKey,
  ),
  serverList: operation(inPlane, listServers),
  serverShow: operation(z.strictObject({ plane, server: written }), showServer),
  serverClassify: operation(
    z.strictObject({
      plane,
      server: written,
      kind,
      name: written,
      class: z.enum(capabilityClasses),
      scopes: z.array(written).optional(),
      labels: z.array(written).optional(),
      index: z.array(indexedArgument).optional(),
    }),
    classify,
  ),
  serverLifeCycle: operation(
    z.strictObject({ plane, server: written, lifeCycle: z.enum(lifeCycles) }),
    setLifeCycle,
  ),
  suspend: operation(z.strictObject({ ...meant, reason }), suspendMeant),
  resume: operation(z.strictObject({ ...meant, reason: reason.optional() }), resumeMeant),
  suspensions: operation(inPlane, listSuspensions),
  serverRelease: operation(
    z.strictObject({
      plane,
      server: written,
      name: written,
      kind: kind.optional(),
      fingerprint: fingerprint.optional(),
    }),
    release,
  ),
  serverReleaseAll: operation(z.strictObject({ plane, server: written, fingerprint }), releaseAll),
  serverVersions: operation(
    z.strictObject({
      plane,
      server: written,
      name: written.optional(),
      kind: kind.optional(),
      from: z.int().min(1).optional(),
      to: z.int().min(1).optional(),
    }),
    versions,
  ),
  calls: operation(
    z.strictObject({ plane, ...asked, before, most: z.int().min(1).max(1000) }),
    (desk, input) => askCalls(desk, input),
  ),
  callCount: operation(z.strictObject({ plane, ...asked, before }), (desk, input) =>
    countCalls(desk, input),
  ),
  callHistogram: operation(
    z.strictObject({
      plane,
      ...asked,
      step: z.enum(Object.keys(steps) as [Step, ...Step[]]).optional(),
    }),
    (desk, input) => histogramOfCalls(desk, input),
  ),
  callFacets: operation(
    z.strictObject({ plane, ...asked, field: z.array(written).optional(), top }),
    (desk, input) => facetsOfCalls(desk, input),
  ),
  callDifference: operation(
    z.strictObject({ plane, ...asked, against: z.array(written).optional(), top }),
    (desk, input) => differenceOfCalls(desk, input),
  ),
  reindex: operation(z.strictObject({ plane, goesOn: z.boolean() }), reindex),
  why: operation(
    z.strictObject({ plane, call: written, atItsTime: z.boolean().optional() }),
    (desk, input) => why(desk, input),
  ),
  recorded: operation(
    z.strictObject({ plane, call: written, reason: reason.optional() }),
    (desk, input) => readRecorded(desk, input),
  ),
  erase: operation(
    z.strictObject({
      plane,
      user: written.optional(),
      agent: written.optional(),
      before: month.optional(),
      reason: reason.min(1),
      dryRun: z.boolean().optional(),
    }),
    erase,
  ),
  can: operation(
    z.strictObject({
      plane,
      client: written,
      server: written,
      kind,
      name: written,
      args: z.record(z.string(), z.unknown()).optional(),
      typed: z.array(z.string()).optional(),
      claims: claims.optional(),
      scopes: z.array(written).optional(),
      user: written.optional(),
      at: written.optional(),
      revision: z.int().min(1).optional(),
      draft: draft.optional(),
    }),
    (desk, input) => can(desk, input),
  ),
  policyTest: operation(z.strictObject({ plane, draft: draft.optional() }), testPolicy),
  policyReplay: operation(z.strictObject({ plane, draft, since: written }), (desk, input) =>
    replay(desk, input),
  ),
  ledgerKeys: operation(inPlane, ledgerKeys),
  ledgerProve: operation(z.strictObject({ plane, position: z.int().min(1) }), proveEntry),
  ledgerStanding: operation(inPlane, ledgerStanding),
  ledgerEntries: operation(
    z.strictObject({ plane, from: z.int().min(1), most: z.int().min(1).max(2048) }),
    ledgerEntries,
  ),
  ledgerCheckpoints: operation(
    z.strictObject({
      plane,
      generation: z.int().min(1),
      from: z.int().min(1),
      most: z.int().min(1).max(1000),
    }),
    ledgerCheckpoints,
  ),
  ledgerTiles: operation(
    z.strictObject({
      plane,
      generation: z.int().min(1),
      places: z
        .array(z.strictObject({ level: z.int().min(0).max(8), index: z.int().min(0) }))
        .max(64),
    }),
    ledgerTiles,
  ),
  revisions: operation(z.strictObject({ most: z.int().min(1).max(200) }), newestRevisions),
  revision: operation(z.strictObject({ revision: z.int().min(1) }), oneRevision),
  restore: operation(
    z.strictObject({
      revision: z.int().min(1),
      dryRun: z.boolean(),
      reason: reason.optional(),
    }),
    restore,
  ),
  ledgerKeyroll: operation(z.strictObject({ plane: written }), rollLedgerKey),
  issuerKeyroll: operation(z.strictObject({ plane: written, atOnce: z.boolean() }), rollIssuerKey),
  revoke: operation(
    z.strictObject({
      plane,
      kind: z.enum(['client', 'user']),
      name: z.string().min(1).max(4096),
      reason: reason.min(1),
    }),
    revokeTokens,
  ),
  passkeys: operation(z.strictObject({ person: written }), listPasskeys),
  passkeyRevoke: operation(z.strictObject({ person: written, id: written }), removePasskey),
  ledgerAccept: operation(z.strictObject({ plane: written, reason: reason.min(1) }), acceptLedger),
  setupCode: operation(z.strictObject({ recover: z.boolean() }), newSetupCode),
  stop: operation(z.strictObject({}), stop),
} as const

function stop(desk: Desk): { pid: number } {
  if (!desk.stop) throw new Fault('not_running', { detail: 'Nothing serves on this data folder.' })
  desk.stop()
  return { pid: desk.installation.pid }
}

export type OperationName = keyof typeof operations
export type OperationInput<N extends OperationName> = z.input<(typeof operations)[N]['input']>
export type OperationAnswer<N extends OperationName> = Awaited<
  ReturnType<(typeof operations)[N]['run']>
>

export const isOperation = (name: string): name is OperationName => Object.hasOwn(operations, name)

/** Checks the input and runs the operation. Throws Fault('usage') with every problem of the input. */
export const perform = async (
  desk: Desk,
  name: OperationName,
  input: unknown,
): Promise<unknown> => {
  const row = operations[name]
  const checked = row.input.safeParse(input)
  if (!checked.success)
    throw new Fault('usage', { detail: checked.error.issues.map(describeIssue).join('\n') })
  // The table pairs each schema with the handler of its output; the union of all rows loses that.
  return await (row.run as (desk: Desk, input: unknown) => unknown)(desk, checked.data)
}

// Never the value: it may be a secret that stands in the wrong place.
const describeIssue = (issue: z.core.$ZodIssue): string =>
  `${issue.path.join('.') || 'the request'}: ${issue.code === 'unrecognized_keys' ? 'holds a key that it does not know' : issue.message}`
