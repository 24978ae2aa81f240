import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createBreather } from '#change/breather.ts'
import type { Enter, Moved, Policy, Proposed } from '#change/change.ts'
import { createChange } from '#change/create-change.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Subject } from '#domain/subject.ts'
import type { Installation } from '#gateway/installation.ts'
import { createLend } from '#gateway/lend.ts'
import { createEnterApiKeys } from '#identity/api-key/entered.ts'
import { checkIssuers } from '#identity/foreign/check-issuers.ts'
import { createIdentity, type Identity } from '#identity/identity.ts'
import type { Rotation } from '#identity/keys.ts'
import type { CallTokens } from '#identity/per-call/token.ts'
import type { CertificateOf } from '#identity/proof/certificates.ts'
import { checkSignInClients } from '#identity/sign-in/check-clients.ts'
import { createFetchDocument } from '#identity/sign-in/fetch-document.ts'
import { createEvidence } from '#ledger/bundle/evidence.ts'
import { createLedger } from '#ledger/create-ledger.ts'
import { createGivenArguments } from '#ledger/given.ts'
import type { PayloadSealer } from '#ledger/ledger.ts'
import { createCallQuery } from '#ledger/query.ts'
import { createRecordedQuery } from '#ledger/recorded.ts'
import { createKeeper } from '#ledger/tree/keeper.ts'
import { inArchive, inFile } from '#ledger/tree/published.ts'
import { createVerified } from '#ledger/verified.ts'
import { systemClock as clock, systemRandom as random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { createFlood } from '#lib/flood.ts'
import { createLog } from '#lib/log.ts'
import { createPeople } from '#people/create-people.ts'
import { createEntering } from '#people/entering.ts'
import { checkConditions } from '#policy/check.ts'
import { checkTests } from '#policy/check-tests.ts'
import { createClientView } from '#policy/clients.ts'
import { explain } from '#policy/explain.ts'
import type { Offers } from '#policy/proposal.ts'
import { createSnapshots } from '#policy/snapshots.ts'
import { createTrials } from '#policy/trials.ts'
import { findWrong } from '#policy/wrong.ts'
import { checkAudiences } from '#registry/check-audiences.ts'
import { checkIndexes } from '#registry/check-index.ts'
import { checkMarks } from '#registry/check-marks.ts'
import { checkVariants } from '#registry/check-variants.ts'
import { createRegistry } from '#registry/create-registry.ts'
import { openStore } from '#store/open.ts'
import type { ErasedKey, Revision } from '#store/store.ts'
import type { Telemetry } from '#telemetry/telemetry.ts'
import { createApis } from '#upstream/apis.ts'
import type { Runner } from '#upstream/upstream.ts'
import { createUpstreams } from '#upstream/upstreams.ts'
import { createVault } from '#vault/create-vault.ts'
import { createKeyring } from '#vault/keyring.ts'

/** What serves and what merely opens a folder are built of the same parts; here is how they hang together. */
export const assemble = async (about: {
  /** Of this program. */
  version: string
  data: string
  /** `postgres://…`; undefined for the folder itself. */
  store: string | undefined
  appendDeadlineMs: number
  answerBytes: number
  telemetry: Telemetry
  /** A second folder for checkpoints. */
  publish: string | undefined
  origin: string
  rotation: Rotation
  runners: ReadonlyMap<string, Runner>
  print: (line: string) => void
  certificateOf?: CertificateOf
}) => {
  const { version, origin, appendDeadlineMs, telemetry } = about
  const dataFolder = resolve(about.data)
  const log = createLog(about.print, () => clock.now())
  await mkdir(dataFolder, { recursive: true, mode: 0o700 })
  const url = about.store === undefined ? {} : { url: about.store }
  const where = { folder: dataFolder, ...url, version }
  const { committed: onCommit, counted: onCount } = telemetry
  const store = await openStore({ ...where, appendDeadlineMs, clock, log, random, onCommit })
  const keyring = await createKeyring({ folder: dataFolder, values: store.values, random, log })
  const change = await createChange({ store, clock, log, enter: (revision) => enter(revision) })
  const vault = await createVault({ store, change, keyring, clock, random, log })
  const budget = (plane: PlaneId) =>
    change.current().planes.get(plane)?.plane.ledger?.entriesPerSecond
  const seal = (plane: PlaneId): PayloadSealer => {
    const { sealing, open } = vault.plane(plane).payloads
    return { sealing, open, openEarlier: keyring.sealer(plane, 'arguments').open }
  }
  const keeper = createKeeper({
    store,
    places: [
      inFile(join(dataFolder, 'published')),
      ...(about.publish === undefined ? [] : [inArchive(about.publish)]),
    ],
    async sealer(plane) {
      await keyring.prepare(plane)
      return keyring.sealer(plane, 'ledger key')
    },
    append: (entry) => ledger.plane(entry.plane).append(entry),
    clock,
    random,
    log,
  })
  const { integrity } = keeper
  const ledger = createLedger({ store, clock, seal, log, version, budget, integrity, onCount })
  const registry = await createRegistry({ store, change, log })
  const item = (plane: PlaneId, name: string) => {
    const documents = change.current().planes.get(plane)
    return documents?.servers.get(name) ?? documents?.apis.get(name)
  }
  const callTokens: CallTokens = (plane, audience) => identity.callTokens(plane, audience)
  const loan = createLend({ vault, callTokens, item })
  const loanFor = (plane: PlaneId, server: string) => {
    const lent = loan(plane, server)
    return lent === 'missing' ? undefined : lent
  }
  const limits = { messageBytes: about.answerBytes }
  const { runners } = about
  const upstreams = createUpstreams({
    runners,
    hidden: [dataFolder],
    clock,
    random,
    log,
    limits,
    loanFor,
    version,
  })
  const apis = createApis({ clock, log, limits })
  // A child that was lent a secret is started anew with the next one.
  const watched = new Set<PlaneId>()
  const watchSecrets = (plane: PlaneId) => {
    if (watched.has(plane)) return
    watched.add(plane)
    vault.plane(plane).onChange((credential) => upstreams.refresh(plane, credential))
  }
  const view = createClientView(origin, () => change.current())
  const entering = createEntering({
    planes: () => change.current().planes,
    ledger: ledger.plane,
    isRefused: (plane) => integrity.problem(plane) !== undefined,
    clock,
    log,
  })
  const people = createPeople({
    ...{ store, origin, folder: dataFolder, clock, random, log, entering },
    planes: () => change.current().planes,
    ended: (person) => identity.endSignIns(person),
  })
  const identity: Identity = await createIdentity({
    origin,
    store,
    change,
    keyring,
    view,
    rotation: about.rotation,
    people,
    fetchDocument: createFetchDocument(clock),
    secretOf: (plane, credential) => vault.plane(plane).current(credential)?.open(),
    clock,
    random,
    log,
    enter: (entry) => ledger.plane(entry.plane).append(entry),
    refused: (plane, error) => ledger.plane(plane).count('token.refused.count', error, clock.now()),
    ...(about.certificateOf && { certificateOf: about.certificateOf }),
  })
  for (const { consequence } of [vault, registry, identity]) change.onDocuments(consequence)
  const offers: Offers = (plane, document) => registry.capabilitiesAs(plane, document)
  const snapshots = createSnapshots(() => change.current(), registry.capabilities, offers)
  const propose = (plane: PlaneId, proposed: Proposed) =>
    snapshots.propose(plane, proposed, { calm: true })
  change.onCheck(checkVariants)
  change.onCheck(checkAudiences)
  change.onCheck(checkIndexes(offers))
  change.onCheck(checkMarks)
  change.onCheck(checkIssuers(origin))
  change.onCheck(checkSignInClients)
  change.onCheck(checkConditions(offers))
  change.onCheck(checkTests({ offers, propose, now: clock.now }))
  /** Of keys that are no more the entry is as sure as that of their revision. */
  const enterErased = async ({ revision, at, by, why }: Revision) => {
    const erased = await store.revisions.erasedIn(revision)
    for (const of of Map.groupBy(erased, ({ plane, subject }) => `${plane} ${subject}`).values()) {
      const [{ plane, subject }] = of as [ErasedKey]
      await ledger.plane(plane).append({
        v: 1,
        type: 'ledger.erased',
        at,
        plane,
        by,
        why: why.slice(0, 2000),
        revision,
        subject,
        periods: of.map(({ period }) => period),
        keys: of.length,
      })
    }
  }
  const enterApiKeys = createEnterApiKeys(store, (entry) => ledger.plane(entry.plane).append(entry))
  const enter: Enter = async (revision) => {
    if (revision.planes.some((plane) => integrity.problem(plane) !== undefined)) return 'later'
    for (const plane of revision.planes)
      await ledger.plane(plane).append({
        v: 1,
        type: 'policy.changed',
        at: revision.at,
        plane,
        revision: revision.revision,
        by: revision.by,
        set: revision.set ?? '',
        // Cut in the middle of a character it would be no text, and the entry not canonical.
        summary: revision.summary.slice(0, 2000).toWellFormed(),
        why: revision.why.slice(0, 2000).toWellFormed(),
      })
    await enterErased(revision)
    await enterApiKeys(revision)
    return undefined
  }
  const recorded = createRecordedQuery({ store, seal })
  return {
    version,
    dataFolder,
    log,
    telemetry,
    store,
    keyring,
    vault,
    seal,
    change,
    ledger,
    keeper,
    registry,
    upstreams,
    apis,
    identity,
    people,
    snapshots,
    item,
    loan,
    offers,
    recorded,
    verified: createVerified({ store, log }),
    finds: createFlood({ atOnce: 20, intervalMs: 3000 }),
    given: createGivenArguments(store, recorded),
    watchSecrets,
  }
}
export type Parts = Awaited<ReturnType<typeof assemble>>

/** Everything that follows policy is brought to it before the change that made it is answered. */
export const follow = async (
  parts: Parts,
  { policy, planes, changes }: Moved,
  serving: boolean,
  inForce: (planes: readonly PlaneId[]) => void = () => {},
): Promise<void> => {
  parts.vault.forget(changes)
  const prepare = async (): Promise<void> => {
    // What was revoked is not taken by whoever is looked at again below, and a new plane has its keys
    // before a server is asked something.
    await parts.identity.follow(changes)
    for (const plane of planes) {
      await parts.vault.prepare(plane)
      if (serving) parts.watchSecrets(plane)
      const { servers, apis } = policy.planes.get(plane) ?? {}
      const items = [...(servers?.values() ?? []), ...(apis?.values() ?? [])]
      await parts.registry.follow(plane, items, changes)
      // Before the snapshot that permits their calls is in force.
      if (serving) await parts.apis.follow(plane, [...(apis?.values() ?? [])])
    }
  }
  // Whatever becomes of the rest: a patch builds on the one before it, and what may no longer be is
  // refused from here on.
  await prepare().finally(() => {
    if (changes.length > 0) parts.snapshots.patch(policy, changes)
    else for (const plane of planes) parts.snapshots.recompile(plane)
    inForce(planes)
  })
  if (serving)
    for (const plane of planes)
      await parts.upstreams.follow(plane, [...(policy.planes.get(plane)?.servers.values() ?? [])])
  await parts.vault.follow(changes)
}

/** What stood at the start, as if it had just come. */
export const everything = (policy: Policy): Moved => ({
  policy,
  planes: [...policy.planes.keys()],
  changes: [],
})

export const installationOf = (
  parts: Parts,
  about: {
    origin: string
    pid: number
    startedAt: number
    program: string
    runners: ReadonlyMap<string, Runner>
    refresh: Installation['refresh']
    checked: Installation['checked']
    listed: Installation['listed']
    ready: Installation['ready']
  },
): Installation => {
  const runners = new Set(about.runners.keys())
  const breather = () => createBreather(clock)
  return {
    ...parts,
    trees: parts.keeper,
    revisions: parts.store.revisions,
    members: parts.store.members,
    origin: about.origin,
    pid: about.pid,
    startedAt: about.startedAt,
    program: about.program,
    runners,
    trials: createTrials({ ...parts, runners, now: clock.now, breather }),
    calls: createCallQuery(parts.store, {
      find({ plane, users, ...about }) {
        const subjects = users?.map((user): Subject => `user:${user}`)
        return parts.vault.plane(plane).payloads.hashes({ ...about, subjects })
      },
      sought: ({ plane, ...about }) => parts.vault.plane(plane).payloads.sought(about),
    }),
    evidence(plane) {
      const { store, ledger, keeper, version } = parts
      const about = { plane, store, clock, version, recorded: parts.recorded }
      return createEvidence({ ...about, ledger: ledger.plane(plane), tree: keeper.plane(plane) })
    },
    ledgerFile: (plane) => parts.store.plane(plane).ledger,
    recorded: parts.recorded,
    refresh: about.refresh,
    checked: about.checked,
    listed: about.listed,
    ready: about.ready,
    async wrongConditions(plane, item) {
      const policy = parts.change.current().planes.get(plane)
      const { offers } = parts
      const breathe = createBreather(clock)
      return policy ? findWrong({ plane, policy, item, offers, breathe }) : []
    },
    explain({ plane, ...tried }) {
      const policy = parts.change.current().planes.get(plane)
      if (!policy) throw new Fault('unknown_name', { detail: `There is no plane ${plane}.` })
      const about = { policy, snapshot: parts.snapshots.of(plane) }
      return explain(about, { args: undefined, now: clock.now(), ...tried })
    },
  }
}
