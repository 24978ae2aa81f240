import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { clientId, type PlaneId, planeId } from '#domain/name.ts'
import { Fault, type FaultCode } from '#lib/fault.ts'
import type {
  ApiKeyRow,
  Commit,
  Fields,
  PasskeyRow,
  PersonRow,
  PersonTokenRow,
  Placed,
  RowChange,
  SealedSecret,
  Store,
  StoredCapability,
} from '#store/store.ts'
import type { TestClock } from './clock.ts'
import {
  callAt,
  emptyChange,
  finance,
  intentOf,
  noon,
  openedOf,
  ops,
  outcomeOf,
  refusedOf,
  rowOf,
} from './entries.ts'
import { treeConformance } from './tree.ts'

/** One engine with data of its own; every test gets a new one. */
export interface StoreUnderTest {
  readonly store: Store
  readonly clock: TestClock
  readonly appendDeadlineMs: number
  /** What can be done to the data from outside; undefined where it lives in this process alone. */
  readonly outside?: Outside
  close(): Promise<void>
}
export interface Outside {
  /** Closes the store and opens the same data anew. */
  reopen(): Promise<Store>
  /** Opens the same data once more, whether it is open or not. */
  openAgain(): Promise<Store>
  /** Changes or deletes what stands in a plane's ledger, behind the store's back. */
  tamper(plane: PlaneId, how: 'update' | 'delete'): Promise<void>
  /** Tries what nobody may do to a plane's tree. */
  tamperTree(plane: PlaneId, how: TreeAttack): Promise<void>
  /** Makes every entry of a plane fail with these words until the answer is called; with `also`, whatever else is tried. */
  breakWrites(
    plane: PlaneId,
    words: string,
    also?: 'whatever is tried',
  ): Promise<() => Promise<void>>
  /** Keeps every write to a plane's ledger waiting until the answer is called. */
  stall(plane: PlaneId): Promise<() => Promise<void>>
}
export type TreeAttack =
  | 'shrink'
  | 'remove'
  | 'change a tile'
  | 'remove a tile'
  | 'change a checkpoint'
  | 'remove a checkpoint'

const deadline = 300_000

const isFault =
  (code: FaultCode, detail?: RegExp) =>
  (error: unknown): boolean => {
    assert(error instanceof Fault, `not a fault: ${String(error)}`)
    assert.equal(error.code, code)
    if (detail) assert.match(error.detail ?? '', detail)
    return true
  }

const change = (about: Partial<Commit>): Commit => ({
  by: 'local:alice',
  at: noon,
  why: '',
  set: undefined,
  summary: 'a change',
  diff: '+ a line',
  key: undefined,
  documents: [],
  rows: [],
  onto: 0,
  ...about,
})

const put = (name: string, body: Record<string, unknown> = {}, plane: PlaneId = ops) =>
  ({ plane, kind: 'Grant', name, before: undefined, after: { body, set: undefined } }) as const

const capability = (name: string, about: Partial<StoredCapability> = {}): StoredCapability => ({
  server: 'calendar',
  kind: 'tool',
  name,
  fingerprint: 'f'.repeat(64),
  definition: `{"name":"${name}"}`,
  observedFingerprint: undefined,
  observedDefinition: undefined,
  absent: false,
  version: 1,
  changes: 0,
  released: false,
  ...about,
})

const bytes = (text: string) => ({
  wrappedKey: Buffer.from(text),
  nonce: Buffer.from(text),
  sealed: Buffer.from(text),
})
const secretOf = (
  version: number,
  row: Pick<SealedSecret, 'wrappedKey' | 'nonce' | 'sealed'>,
): Extract<RowChange, { topic: 'secret' }> => ({
  ...{ topic: 'secret', plane: ops, name: 'api', only: false },
  row: { credential: 'api', version, at: noon, ...row },
})
const capabilitiesOf = (name: string, rows: readonly StoredCapability[] | undefined) =>
  ({ topic: 'capability', plane: ops, name, rows }) as const
const clientSecretOf = (client: string, hash: string): RowChange => ({
  topic: 'client secret',
  plane: ops,
  name: client,
  row: { client, hash, at: noon },
})

/** What `store.ts` promises, sentence by sentence, for any engine. */
export const storeConformance = (
  name: string,
  open: () => Promise<StoreUnderTest>,
  { hasOutside, isShared = false }: { hasOutside: boolean; isShared?: boolean },
): void => {
  describe(`the store on ${name}`, { timeout: deadline }, () => {
    let under: StoreUnderTest
    let store: Store
    beforeEach(async () => {
      under = await open()
      store = under.store
    })
    afterEach(() => under.close())

    const outside = (): Outside => {
      assert(under.outside)
      return under.outside
    }
    const reopen = async (): Promise<void> => {
      store = await outside().reopen()
    }
    const withOutside = hasOutside ? test : () => {}
    const alone = hasOutside && !isShared ? test : () => {}
    const ledger = (plane: PlaneId = ops) => store.plane(plane).ledger

    describe('a change', () => {
      test('puts its documents and its revision, which is the next one', async () => {
        const revision = await store.commit(
          change({ set: 'files', documents: [put('reads', { agent: 'planner' }), put('writes')] }),
        )
        assert.equal(revision, 1)
        assert.equal(await store.revisions.newest(), 1)
        assert.deepEqual(await store.plane(ops).documents.find('Grant', 'reads'), {
          kind: 'Grant',
          name: 'reads',
          body: { agent: 'planner' },
          set: undefined,
          revision: 1,
        })
        const [newest] = await store.revisions.page(undefined, 10)
        assert.deepEqual(newest, {
          revision: 1,
          at: noon,
          by: 'local:alice',
          why: '',
          set: 'files',
          summary: 'a change',
          diff: '+ a line',
          planes: [ops],
        })
      })

      test('replaces and removes documents and leaves the others as they were', async () => {
        await store.commit(
          change({ documents: [put('a', { n: 1 }), put('b', { n: 1 }), put('c')] }),
        )
        const gone = { ...put('c'), before: { body: {}, set: undefined }, after: undefined }
        await store.commit(change({ onto: 1, documents: [put('b', { n: 2 }), gone] }))
        const documents = await store.plane(ops).documents.list()
        assert.deepEqual(
          documents.map(({ name, body, revision }) => [name, body, revision]),
          [
            ['a', { n: 1 }, 1],
            ['b', { n: 2 }, 2],
          ],
        )
      })

      test('onto a revision that is not the newest any more changes nothing', async () => {
        await store.commit(change({ documents: [put('a')] }))
        await assert.rejects(
          store.commit(change({ onto: 0, documents: [put('b')] })),
          isFault('stale'),
        )
        await assert.rejects(
          store.commit(change({ onto: 2, documents: [put('b')] })),
          isFault('stale'),
        )
        assert.equal(await store.revisions.newest(), 1)
        assert.equal(await store.plane(ops).documents.find('Grant', 'b'), undefined)
      })

      test('of which one part cannot be written does not happen at all', async () => {
        const broken = { ...put('x'), name: null }
        const all = [put('a'), broken as unknown as ReturnType<typeof put>]
        await assert.rejects(store.commit(change({ documents: all })))
        assert.equal(await store.revisions.newest(), 0)
        assert.deepEqual(await store.plane(ops).documents.list(), [])
      })

      test('made many times at once onto one revision happens once', async () => {
        const tries = Array.from({ length: 20 }, (_, n) =>
          store.commit(change({ documents: [put(`grant-${n}`)] })),
        )
        const settled = await Promise.allSettled(tries)
        assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1)
        assert.equal((await store.plane(ops).documents.list()).length, 1)
      })

      test('of thousands of documents in several planes is one change', async () => {
        const planes = [ops, finance]
        const all = planes.flatMap((plane) =>
          Array.from({ length: 1500 }, (_, n) => put(`grant-${n}`, { n }, plane)),
        )
        await store.commit(change({ documents: all }))
        assert.equal((await store.plane(finance).documents.list()).length, 1500)
        assert.deepEqual((await store.revisions.page(undefined, 1))[0]?.planes, [finance, ops])
      })

      withOutside('stands after the store was closed and opened again', async () => {
        await store.commit(
          change({ set: 'files', documents: [put('a', { text: 'İ ğ 日本 \u0000 🏦' })] }),
        )
        await reopen()
        const found = await store.plane(ops).documents.find('Grant', 'a')
        assert.deepEqual(found?.body, { text: 'İ ğ 日本 \u0000 🏦' })
        assert.equal(await store.revisions.newest(), 1)
      })
    })

    describe('revisions', () => {
      test('come newest first, a page at a time', async () => {
        for (let onto = 0; onto < 5; onto++) await store.commit(change({ onto }))
        const numbers = async (before: number | undefined, most: number) =>
          (await store.revisions.page(before, most)).map(({ revision }) => revision)
        assert.deepEqual(await numbers(undefined, 2), [5, 4])
        assert.deepEqual(await numbers(4, 2), [3, 2])
        assert.deepEqual(await numbers(2, 9), [1])
      })

      test('are unentered until they are marked, oldest first', async () => {
        for (let onto = 0; onto < 3; onto++) await store.commit(change({ onto }))
        await store.revisions.markEntered(2)
        const left = await store.revisions.listUnentered()
        assert.deepEqual(
          left.map(({ revision }) => revision),
          [1, 3],
        )
      })
    })

    describe('ended sessions', () => {
      test('are found from a time on, newest first, however often and many they were ended', async () => {
        const { endedSessions } = store
        await endedSessions.add(['a', 'b'])
        await endedSessions.add(['b', ...Array.from({ length: 2000 }, (_, n) => `more-${n}`)])
        const all = await endedSessions.list(0, 10_000)
        assert.equal(all.length, 2002)
        assert.deepEqual(new Set(all.slice(-2).map(({ digest }) => digest)), new Set(['a', 'b']))
        assert.equal((await endedSessions.list(0, 10)).length, 10)
        const [newest] = all
        assert(newest)
        assert.deepEqual(await endedSessions.list(newest.endedAt + 1, 10), [])
      })
    })

    describe('a mailbox', () => {
      const texts = (heard: Uint8Array[]) => heard.map((one) => Buffer.from(one).toString())

      test('has what is told under its key heard once, in the order of telling, by its holder alone', async () => {
        const { mailboxes } = store.plane(ops)
        const heard: Uint8Array[] = []
        const others: Uint8Array[] = []
        const end = mailboxes.hold('a', (message) => heard.push(message))
        mailboxes.hold('b', (message) => others.push(message))
        store.plane(finance).mailboxes.hold('a', (message) => others.push(message))
        const told = ['one', 'two', 'three'].map((text) =>
          mailboxes.tell('a', Buffer.from(text), 5000),
        )
        assert.deepEqual(await Promise.all(told), [true, true, true])
        assert.deepEqual(texts(heard), ['one', 'two', 'three'])
        assert.deepEqual(others, [])
        end()
        mailboxes.hold('a', (message) => heard.push(message))
        await mailboxes.tell('a', Buffer.from('four'), 5000)
        assert.deepEqual(texts(heard), ['one', 'two', 'three', 'four'])
      })

      test('that nobody holds hears nothing, and takes no key that could be another', async () => {
        const { mailboxes } = store.plane(ops)
        const told = mailboxes.tell('nobody', Buffer.from('hello'), 50)
        // By the clock of the test, where that is waited for.
        while ((await Promise.race([told, undefined])) === undefined && isShared) {
          await new Promise((done) => setTimeout(done, 5))
          under.clock.advance(50)
        }
        assert.equal(await told, false)
        assert.throws(() => mailboxes.hold('a b', () => {}))
        assert.throws(() => mailboxes.hold('', () => {}))
        mailboxes.hold('held', () => {})
        assert.throws(() => mailboxes.hold('held', () => {}))
      })
    })

    describe('notes of sessions', () => {
      test('stand once under their name, newest first, from a time on', async () => {
        const { sessionNotes } = store
        const note = (name: string, note: string) => ({ session: 's', name, note })
        await sessionNotes.put(note('level', 'one'))
        await sessionNotes.put(note('uri', 'two'))
        await sessionNotes.put(note('level', ''))
        const all = await sessionNotes.list(0, 10)
        assert.deepEqual(
          new Set(all.map(({ name, note }) => `${name}=${note}`)),
          new Set(['level=', 'uri=two']),
        )
        assert.equal((await sessionNotes.list(0, 1)).length, 1)
        assert.deepEqual(await sessionNotes.list((all[0]?.notedAt ?? 0) + 1, 10), [])
      })
    })

    describe('verifications', () => {
      test('the last one of a plane stands, and no other plane has it', async () => {
        const { verifications } = store.plane(ops)
        assert.equal(await verifications.find(), undefined)
        await verifications.put('{"entries":1}')
        await verifications.put('{"entries":2}')
        assert.equal(await verifications.find(), '{"entries":2}')
        assert.equal(await store.plane(finance).verifications.find(), undefined)
      })
    })

    describe('tasks', () => {
      test('are found until they end, and stand once', async () => {
        const { tasks } = store
        const later = Date.now() + 3_600_000
        await tasks.put({ digest: 'a', bound: 'one', until: later })
        await tasks.put({ digest: 'a', bound: 'two', until: later })
        await tasks.put({ digest: 'b', bound: 'three', until: 1 })
        assert.equal(await tasks.find('a'), 'two')
        assert.equal(await tasks.find('b'), undefined)
        assert.equal(await tasks.find('c'), undefined)
      })
    })

    describe('what is good for one use', () => {
      const until = noon + 60_000
      const rows = (...digests: string[]) => digests.map((digest) => ({ digest, until }))

      test('is taken by one of many that come at once', async () => {
        const { takenOnce } = store
        const taken = await Promise.all(
          Array.from({ length: 8 }, () => takenOnce.take(rows('a', 'b', 'a'))),
        )
        assert.deepEqual(taken.flatMap((digests) => [...digests]).sort(), ['a', 'b'])
        assert.deepEqual(await takenOnce.take(rows('b', 'c')), new Set(['c']))
      })

      test('is forgotten when it has ended, and not a moment before', async () => {
        const { takenOnce } = store
        const now = isShared ? Date.now() : under.clock.now()
        await takenOnce.take([
          { digest: 'ended', until: now - 6 * 60_000 },
          { digest: 'within the allowance for clocks', until: now - 4 * 60_000 },
          { digest: 'good', until: now + 60_000 },
        ])
        await takenOnce.forget()
        const all = rows('ended', 'within the allowance for clocks', 'good')
        assert.deepEqual(await takenOnce.take(all), new Set(['ended']))
      })

      test('stays taken when the store is opened anew', { skip: !hasOutside }, async () => {
        await store.takenOnce.take(rows('a'))
        await reopen()
        assert.deepEqual(await store.takenOnce.take(rows('a', 'b')), new Set(['b']))
      })
    })

    describe('people', () => {
      const person = (name: string, about: Partial<PersonRow> = {}): PersonRow => ({
        name,
        title: undefined,
        administrator: false,
        hash: '$argon2id$x',
        at: noon,
        by: 'local:alice',
        issuer: undefined,
        ...about,
      })
      const token = (id: string, holder: string, endsAt = noon + 1000): PersonTokenRow => ({
        id,
        person: holder,
        hash: id.repeat(8),
        label: 'a terminal',
        at: noon,
        endsAt,
      })

      test('are added once, changed, and removed with their tokens', async () => {
        const { people } = store
        assert.equal(await people.add(person('ayse', { title: 'Ayşe' })), true)
        assert.equal(await people.add(person('ayse', { by: 'somebody else' })), false)
        assert.equal(await people.put(person('nobody')), false)
        assert.equal(
          await people.put(person('ayse', { administrator: true, hash: undefined })),
          true,
        )
        assert.deepEqual(
          await people.find('ayse'),
          person('ayse', { administrator: true, hash: undefined }),
        )
        await people.add(person('bob'))
        await people.addToken(token('tok_1', 'ayse'))
        await people.addToken(token('tok_2', 'bob'))
        assert.equal(await people.remove('ayse'), true)
        assert.equal(await people.remove('ayse'), false)
        assert.deepEqual(await people.listTokens('ayse'), [])
        assert.deepEqual(await people.list(), [person('bob')])
      })

      test('are what an organisation says of them, by plane, until it says something else', async () => {
        const { people } = store
        const ana = person('login.example#ana', {
          issuer: 'https://login.example',
          hash: undefined,
        })
        const said = (plane: string, at: number, said = '{"a":[1]}') => ({
          ...{ person: ana.name, plane: planeId(plane), issuer: 'https://login.example', said, at },
        })
        await people.affiliate(ana, [said('ops', 1), said('finance', 1)])
        assert.deepEqual(await people.find(ana.name), ana)
        await people.affiliate({ ...ana, title: 'Ana', administrator: true, at: 2 }, [
          said('ops', 2, '{}'),
        ])
        // Whether somebody governs is not an organisation's to say.
        assert.deepEqual(await people.find(ana.name), { ...ana, title: 'Ana' })
        assert.deepEqual(await people.affiliations(ana.name), [
          said('finance', 1),
          said('ops', 2, '{}'),
        ])
        assert.deepEqual(await people.affiliations('login.example#bob'), [])
        await people.remove(ana.name)
        assert.deepEqual(await people.affiliations(ana.name), [])
      })

      test('sign in at the Manager apart from every plane', async () => {
        const { managerSignIns } = store
        const row = {
          ...{ kind: 'Session', digest: 'd', family: undefined, uid: 'u', person: 'ayse' },
          ...{ payload: '{}', endsAt: noon },
        }
        await managerSignIns.put(row)
        assert.equal(await store.plane(planeId('ops')).signIns.find('Session', 'd'), undefined)
        assert.deepEqual(await managerSignIns.find('Session', 'd'), { ...row, usedAt: undefined })
        assert.equal((await managerSignIns.removePerson('ayse')).length, 1)
      })

      const passkey = (id: string, holder: string): PasskeyRow => ({
        ...{ credential: `credential-${id}`, id, person: holder, handle: `handle-${holder}` },
        ...{ publicKey: 'key', counter: 3, label: 'a phone', at: noon, usedAt: undefined },
      })

      test('have passkeys, each of one of them, whose counters are used once', async () => {
        const { people, passkeys } = store
        assert.equal(await passkeys.some(), false)
        assert.deepEqual([...(await passkeys.people())], [])
        assert.equal(await passkeys.add(passkey('pky_1', 'nobody')), false)
        await people.add(person('ayse'))
        await people.add(person('bob'))
        assert.equal(await passkeys.add(passkey('pky_1', 'ayse')), true)
        assert.equal(await passkeys.add({ ...passkey('pky_1', 'bob'), id: 'pky_2' }), false)
        assert.equal(await passkeys.some(), true)
        assert.deepEqual([...(await passkeys.people())], ['ayse'])
        const uses = [noon + 1, noon + 2].map((at) =>
          passkeys.use('credential-pky_1', { from: 3, to: 4, at }),
        )
        assert.deepEqual((await Promise.all(uses)).sort(), [false, true])
        const found = await passkeys.find('credential-pky_1')
        assert(found?.usedAt !== undefined && found.usedAt > noon)
        assert.deepEqual(
          { ...found, usedAt: undefined },
          { ...passkey('pky_1', 'ayse'), counter: 4 },
        )
        await people.remove('ayse')
        assert.deepEqual(await passkeys.list('ayse'), [])
      })

      test('keep one way to sign in, whoever takes them away at once', async () => {
        const { people, passkeys } = store
        await people.add(person('ayse'))
        assert.equal(await people.removePassword('ayse'), false)
        for (const id of ['pky_1', 'pky_2']) await passkeys.add(passkey(id, 'ayse'))
        const taken = await Promise.all([
          passkeys.remove('ayse', 'pky_1'),
          people.removePassword('ayse'),
          passkeys.remove('ayse', 'pky_2'),
        ])
        const left = await passkeys.list('ayse')
        const hash = (await people.find('ayse'))?.hash
        assert(left.length > 0 || hash !== undefined, JSON.stringify(taken))
        await people.put(person('ayse', { hash: undefined }))
        await passkeys.add(passkey('pky_3', 'ayse'))
        const ids = (await passkeys.list('ayse')).map(({ id }) => id)
        const gone = await Promise.all(ids.map((id) => passkeys.remove('ayse', id)))
        assert.equal(gone.filter((one) => one === 'last').length, 1)
        assert.equal((await passkeys.list('ayse')).length, 1)
        assert.equal(await passkeys.remove('ayse', 'pky_9'), 'unknown')
      })

      test('have tokens that are found by their hash, and end alone or together', async () => {
        const { people } = store
        await people.add(person('ayse'))
        for (const id of ['tok_1', 'tok_2', 'tok_3']) await people.addToken(token(id, 'ayse'))
        await people.addToken(token('tok_4', 'bob', noon))
        assert.deepEqual(await people.findToken('tok_1'.repeat(8)), token('tok_1', 'ayse'))
        assert.equal(await people.findToken('other'), undefined)
        assert.equal(await people.removeToken('bob', 'tok_1'), false)
        assert.equal(await people.removeToken('ayse', 'tok_1'), true)
        assert.deepEqual(await people.listTokens('ayse'), [
          token('tok_2', 'ayse'),
          token('tok_3', 'ayse'),
        ])
        await people.removeTokens({ endedBefore: noon })
        assert.deepEqual(await people.listTokens('bob'), [])
        await people.removeTokens({ person: 'ayse' })
        assert.deepEqual(await people.listTokens('ayse'), [])
      })

      test('are set up once by a code, however many come with it at once', async () => {
        const { people } = store
        await people.putSetupCode({ hash: 'old', endsAt: noon })
        const code = { hash: 'new', endsAt: noon + 1 }
        await people.putSetupCode(code)
        assert.deepEqual(await people.findSetupCode(), code)
        assert.equal(await people.setUp({ hash: 'old', endsAt: noon }, person('eve')), false)
        await people.add(person('ayse'))
        await people.addToken(token('tok_1', 'ayse'))
        const all = await Promise.all(
          [1, 2, 3].map((n) => people.setUp(code, person('ayse', { at: noon + n }))),
        )
        assert.deepEqual(all.toSorted(), [false, false, true])
        assert.equal(await people.findSetupCode(), undefined)
        assert.deepEqual(await people.listTokens('ayse'), [])
        assert.equal(await people.find('eve'), undefined)
      })
    })

    describe('text', () => {
      test('compares byte by byte, so that case and accents tell names apart', async () => {
        const names = ['Z', 'a', 'B', 'b', 'A', 'é', 'e', 'z', '日', '🏦', '\uff21', 'a b', 'a-b']
        await store.commit(change({ documents: names.map((name) => put(name)) }))
        const documents = await store.plane(ops).documents.list()
        assert.deepEqual(
          documents.map(({ name }) => name),
          [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
        )
        assert.equal(await store.plane(ops).documents.find('Grant', 'É'), undefined)
        assert.equal((await store.plane(ops).documents.find('Grant', 'b'))?.name, 'b')
      })

      test('that looks like SQL is text', async () => {
        const name = `'); drop table document; --`
        await store.commit(change({ documents: [put(name)] }))
        assert.equal((await store.plane(ops).documents.find('Grant', name))?.name, name)
      })
    })

    describe('planes', () => {
      test('do not see each other’s rows, whatever they have in common', async () => {
        await store.commit(change({ documents: [put('same', { of: 'ops' })] }))
        await store.commit(
          change({ onto: 1, documents: [put('same', { of: 'finance' }, finance)] }),
        )
        const rowsOf = (plane: PlaneId): RowChange[] => [
          { ...secretOf(1, bytes(plane)), plane },
          { ...capabilitiesOf('calendar', [capability('read', { definition: plane })]), plane },
          { ...clientSecretOf('a@b', plane), plane } as RowChange,
          { topic: 'suspension', plane, kind: 'agent', name: 'a', row: { reason: plane } },
        ]
        await store.commit(change({ onto: 2, rows: [ops, finance].flatMap(rowsOf) }))
        for (const plane of [ops, finance])
          await ledger(plane).append(rowOf(openedOf({ plane, version: plane })))
        const gone: RowChange[] = [
          { topic: 'client secret', plane: finance, name: 'a@b', row: undefined },
          { topic: 'capability', plane: finance, name: 'calendar', rows: undefined },
          { topic: 'suspension', plane: finance, kind: 'agent', name: 'a', row: undefined },
          { ...secretOf(2, bytes('only')), plane: finance, only: true },
        ]
        await store.commit(change({ onto: 3, rows: gone }))

        const { documents, secrets, capabilities, clientSecrets } = store.plane(ops)
        assert.deepEqual((await documents.find('Grant', 'same'))?.body, { of: 'ops' })
        assert.deepEqual(
          (await secrets.list()).map(({ sealed }) => Buffer.from(sealed).toString()),
          ['ops'],
        )
        assert.equal((await capabilities.list())[0]?.definition, 'ops')
        assert.deepEqual(await clientSecrets.list(), [{ client: 'a@b', hash: 'ops', at: noon }])
        const [suspended] = await store.plane(ops).suspensions.list()
        assert.equal(suspended?.reason, 'ops')
        assert.deepEqual(await store.plane(finance).clientSecrets.list(), [])
        assert.deepEqual(await store.plane(finance).suspensions.list(), [])
        assert.deepEqual(await store.plane(finance).capabilities.list(), [])
        assert.deepEqual(
          (await store.plane(finance).secrets.list()).map(({ version }) => version),
          [2],
        )
        const [entry] = await ledger(finance).read(1, 10)
        assert.equal(entry?.entry.type === 'ledger.open' && entry.entry.version, 'finance')
        assert.equal(await ledger(ops).size(), 1)
      })

      test('are listed where they have documents or a ledger', async () => {
        await store.commit(change({ documents: [put('x', {}, planeId('papers'))] }))
        await ledger(planeId('calls')).append(rowOf(openedOf()))
        assert.deepEqual(await store.planes.list(), ['calls', 'papers'])
      })

      test('never become a path', async () => {
        for (const bad of ['../ops', 'a/b', '', 'A', 'x'.repeat(25), 'ops\0']) {
          assert.throws(() => store.plane(planeId(bad)), /impossible name/)
        }
      })

      test('may be many', async () => {
        const planes = Array.from({ length: 40 }, (_, n) => planeId(`plane-${n}`))
        await Promise.all(
          planes.flatMap((plane) =>
            Array.from({ length: 5 }, () => ledger(plane).append(rowOf(openedOf({ plane })))),
          ),
        )
        for (const plane of planes) assert.equal(await ledger(plane).size(), 5)
        assert.equal((await store.planes.list()).length, 40)
      })
    })

    describe('rows that a revision writes beside the documents', () => {
      const write = async (...rows: RowChange[]) =>
        store.commit(change({ onto: await store.revisions.newest(), rows }))

      test('capabilities come back as they were put, replaced by a later put', async () => {
        const { capabilities } = store.plane(ops)
        const held = capability('drifts', {
          observedFingerprint: 'e'.repeat(64),
          observedDefinition: '{"name":"drifts","description":"other"}',
        })
        const all = [capability('b'), capability('a'), held]
        await write(capabilitiesOf('calendar', all))
        await write(capabilitiesOf('calendar', [capability('b', { absent: true })]))
        assert.deepEqual(await capabilities.list(), [
          capability('a'),
          capability('b', { absent: true }),
          held,
        ])
        const other = capability('x', { server: 'other' })
        await write(capabilitiesOf('other', [other]))
        assert.deepEqual(await capabilities.list('other'), [other])
        await write(capabilitiesOf('calendar', undefined))
        assert.deepEqual(await capabilities.list(), [other])
      })

      test('what capabilities have pinned is kept by version, with the revision that first pinned it', async () => {
        const { capabilityVersions } = store.plane(ops)
        const second = capability('a', { version: 2, fingerprint: 'e'.repeat(64), released: true })
        await write(capabilitiesOf('calendar', [capability('a'), capability('b')]))
        await write(capabilitiesOf('calendar', [capability('a', { changes: 1, absent: true })]))
        await write(capabilitiesOf('calendar', [second]))
        const kept = await capabilityVersions.list('calendar', 'a')
        assert.deepEqual(
          kept.map(({ version, fingerprint, by, at, revision }) => [
            ...[version, fingerprint[0], by, at, revision],
          ]),
          [
            [1, 'f', 'local:alice', noon, 1],
            [2, 'e', 'local:alice', noon, 3],
          ],
        )
        assert.deepEqual((await store.plane(ops).capabilities.list('calendar'))[0], second)
        assert.equal((await capabilityVersions.list('calendar')).length, 3)
        assert.deepEqual(await store.plane(finance).capabilityVersions.list('calendar'), [])
        await write(capabilitiesOf('calendar', undefined))
        assert.deepEqual(await capabilityVersions.list('calendar'), [])
      })

      test('a secret’s version stands once, and its bytes come back', async () => {
        const { secrets } = store.plane(ops)
        const all = Uint8Array.from({ length: 256 }, (_, n) => n)
        const bytes = { wrappedKey: all, nonce: all, sealed: all }
        await write(secretOf(2, bytes))
        await write(secretOf(1, bytes))
        await assert.rejects(write(secretOf(2, { ...bytes, sealed: new Uint8Array(1) })))
        const [first, second] = await secrets.list()
        assert.equal(first?.version, 1)
        assert.deepEqual(Buffer.from(second?.sealed ?? []), Buffer.from(all))
        await write({ ...secretOf(3, bytes), only: true })
        assert.deepEqual(
          (await secrets.list('api')).map(({ version }) => version),
          [3],
        )
        assert.deepEqual(await secrets.list('other'), [])
      })

      test('a suspension says who, when and why; a second one replaces it', async () => {
        const agent = { topic: 'suspension', plane: ops, kind: 'agent', name: 'planner' } as const
        await write({ ...agent, row: { reason: 'loops' } })
        await write({ ...agent, row: { reason: 'still loops' } })
        const about = { kind: 'agent', name: 'planner', by: 'local:alice', at: noon } as const
        assert.deepEqual(await store.plane(ops).suspensions.list(), [
          { ...about, reason: 'still loops', revision: 2 },
        ])
        await write({ ...agent, row: undefined })
        assert.deepEqual(await store.plane(ops).suspensions.list(), [])
      })

      test('are told to whoever follows, in order, each with what it was and is', async () => {
        const before = { body: { n: 1 }, set: undefined }
        const after = { body: { n: 2 }, set: 'files' }
        await store.commit(change({ documents: [put('a', { n: 1 })] }))
        await store.commit(
          change({
            onto: 1,
            documents: [{ ...put('a'), before, after }],
            rows: [clientSecretOf('a@b', 'x')],
          }),
        )
        const [first, second, third, ...others] = await store.revisions.changesAfter(0, 10)
        assert.deepEqual(first?.after, before)
        const about = { revision: 2, topic: 'document', plane: ops, kind: 'Grant', name: 'a' }
        assert.deepEqual(second, { ...about, before, after })
        assert.deepEqual([third?.topic, third?.name, third?.revision], ['client secret', 'a@b', 2])
        assert.deepEqual(others, [])
        assert.equal((await store.revisions.changesAfter(0, 1)).length, 1)
        assert.deepEqual(await store.revisions.changesAfter(2, 10), [])
      })

      test('tell how often an item was changed, its document or its pins, when first and when last', async () => {
        const body = { body: {}, set: undefined }
        const server = (name: string, before?: Placed) =>
          ({ plane: ops, kind: 'Server', name, before, after: body }) as const
        const pins = capabilitiesOf('calendar', [capability('read')])
        const secret = secretOf(1, bytes('calendar'))
        await store.commit(change({ documents: [server('calendar'), put('calendar')] }))
        await store.commit(
          change({ onto: 1, at: noon + 1, documents: [server('mail')], rows: [pins, secret] }),
        )
        const both = [server('calendar', body)]
        await store.commit(change({ onto: 2, at: noon + 2, documents: both, rows: [pins] }))
        await store.commit(change({ onto: 3, at: noon + 3, documents: [put('another')] }))
        const told = await store.revisions.itemHistories(ops)
        assert.deepEqual(
          told.sort((a, b) => (a.item < b.item ? -1 : 1)),
          [
            { item: 'calendar', count: 3, revision: 3, firstAt: noon, lastAt: noon + 2 },
            { item: 'mail', count: 1, revision: 2, firstAt: noon + 1, lastAt: noon + 1 },
          ],
        )
        assert.deepEqual(await store.revisions.itemHistories(finance), [])
      })

      test('a command’s key finds its revision and is never used twice', async () => {
        const key = { text: 'local:alice 1', digest: 'd' }
        await store.commit(change({ key, documents: [put('a')] }))
        assert.deepEqual(await store.revisions.findKey(key.text), { revision: 1, digest: 'd' })
        assert.equal(await store.revisions.findKey('local:bob 1'), undefined)
        await assert.rejects(
          store.commit(change({ onto: 1, key, documents: [put('b')] })),
          isFault('stale'),
        )
        assert.equal((await store.revisions.find(1))?.by, 'local:alice')
        assert.equal(await store.revisions.find(2), undefined)
      })

      test('a client’s secret is replaced, a signing key is not', async () => {
        const { clientSecrets, signingKeys } = store.plane(ops)
        await write(clientSecretOf('a@b', 'one'))
        await write(clientSecretOf('a@b', 'two'))
        assert.deepEqual(await clientSecrets.list(), [{ client: 'a@b', hash: 'two', at: noon }])
        assert.equal((await clientSecrets.find('a@b'))?.hash, 'two')

        const about = { purpose: 'access', number: 1, signsFrom: 0 } as const
        const key = { kid: 'k1', alg: 'ES256', publicJwk: '{}', at: noon, ...about }
        await signingKeys.add({ ...key, sealedPrivate: Buffer.from('sealed') })
        await signingKeys.add({ ...key, kid: 'k2', sealedPrivate: Buffer.from('other') })
        const [stands, ...others] = await signingKeys.list('access')
        assert.equal(Buffer.from(stands?.sealedPrivate ?? []).toString(), 'sealed')
        assert.deepEqual(others, [])
        assert.deepEqual(await signingKeys.list('call'), [])
      })

      test('an API key is revoked and nothing else of it changes; what a revision did to it is known', async () => {
        const { apiKeys } = store.plane(ops)
        const id = 'key_1'
        const row: ApiKeyRow = {
          ...{ id, client: clientId('a', 'b'), digest: 'd', scopes: ['read'], label: 'nightly' },
          ...{ at: noon, by: 'ada', endsAt: noon + 1000, revokedAt: undefined },
        }
        const of = (kind: 'issued' | 'revoked', more: Partial<ApiKeyRow> = {}): RowChange => ({
          ...{ topic: 'api key', plane: ops, kind, name: more.id ?? id, row: { ...row, ...more } },
        })
        const issued = await write(of('issued'), of('issued', { id: 'key_2', scopes: undefined }))
        assert.deepEqual(await apiKeys.list(), [row, { ...row, id: 'key_2', scopes: undefined }])
        const gone = await write(
          of('revoked', { revokedAt: noon + 1, endsAt: 9e15, client: clientId('x', 'y') }),
        )
        assert.deepEqual(await apiKeys.find(id), { ...row, revokedAt: noon + 1 })
        assert.deepEqual(await store.plane(finance).apiKeys.list(), [])
        assert.equal(await apiKeys.find('key_3'), undefined)
        const { apiKeysIn } = store.revisions
        const told = async (revision: number) =>
          (await apiKeysIn(revision)).map(({ plane, id, done }) => `${plane} ${id} ${done}`)
        assert.deepEqual(await told(issued), ['ops key_1 issued', 'ops key_2 issued'])
        assert.deepEqual(await told(gone), ['ops key_1 revoked'])
      })

      test('an API key is forgotten ninety days after its end, when another is made', async () => {
        const { apiKeys } = store.plane(ops)
        const of = (id: string, endsAt: number): RowChange => {
          const about = { client: clientId('a', 'b'), digest: id, scopes: undefined, label: '' }
          const row = { id, ...about, at: 0, by: 'ada', endsAt, revokedAt: undefined }
          return { topic: 'api key', plane: ops, kind: 'issued', name: id, row }
        }
        const day = 24 * 60 * 60_000
        await write(of('a', noon - 91 * day), of('b', noon - 89 * day))
        await write(of('c', noon))
        assert.deepEqual(
          (await apiKeys.list()).map(({ id }) => id),
          ['b', 'c'],
        )
      })

      test('what was revoked is known of every plane, and of two for the same the later', async () => {
        const { revocations } = store
        const endsAt = (isShared ? Date.now() : under.clock.now()) + 60_000
        const of = (name: string, issuedUntil: number) =>
          ({ kind: 'token', name, issuedUntil, endsAt }) as const
        await revocations.add(ops, of('a', 1))
        await revocations.add(finance, of('a', 2))
        await revocations.add(ops, of('a', 3))
        const all = await revocations.list(0)
        assert.deepEqual(
          all.map(({ plane, name, issuedUntil }) => `${plane} ${name} ${issuedUntil}`),
          ['finance a 2', 'ops a 3'],
        )
        const newest = Math.max(...all.map(({ revokedAt }) => revokedAt))
        assert.deepEqual(await revocations.list(newest + 1), [])
      })

      test('what a sign-in leaves is used once, ends with its family, and is of its plane alone', async () => {
        const { signIns } = store.plane(ops)
        const row = (digest: string, family: string, endsAt = noon + 1000) => ({
          ...{ kind: 'RefreshToken', digest, family, uid: undefined, payload: '{}', endsAt },
          person: digest === 'b' ? 'alice' : 'bob',
        })
        await signIns.put(row('a', 'one'))
        await signIns.put(row('b', 'one'))
        await signIns.put({ ...row('c', 'two', noon), uid: 'u' })
        const used = await Promise.all([1, 2, 3].map(() => signIns.use('RefreshToken', 'a', noon)))
        assert.equal(used.filter(Boolean).length, 1)
        await signIns.put({ ...row('a', 'one'), payload: '{"again":true}' })
        const again = await signIns.find('RefreshToken', 'a')
        assert.deepEqual([again?.usedAt, again?.payload], [noon, '{"again":true}'])
        assert.equal(await signIns.use('RefreshToken', 'nothing', noon), false)
        assert.equal(await signIns.use('Session', 'b', noon), false)
        assert.equal((await signIns.findByUid('RefreshToken', 'u'))?.digest, 'c')
        assert.equal(await store.plane(finance).signIns.find('RefreshToken', 'a'), undefined)
        await store.plane(finance).signIns.removeFamily('one')
        assert.ok(await signIns.find('RefreshToken', 'b'))
        await signIns.removePerson('alice')
        assert.equal(await signIns.find('RefreshToken', 'b'), undefined)
        assert.ok(await signIns.find('RefreshToken', 'a'))
        await signIns.removeFamily('one')
        assert.equal(await signIns.find('RefreshToken', 'a'), undefined)
        await signIns.removeEnded(noon)
        assert.equal(await signIns.find('RefreshToken', 'c'), undefined)
      })

      test('a person’s consent is the last one, for one program, address and endpoint', async () => {
        const { signIns } = store.plane(ops)
        const about = { person: 'alice', client: 'a@b', redirect: 'https://a/', resource: 'r' }
        const consent = { ...about, scopes: ['s', 't'], at: noon, endsAt: noon + 1 }
        await signIns.agree({ ...consent, scopes: [] })
        assert.deepEqual((await signIns.findConsent(about))?.scopes, [])
        await signIns.agree(consent)
        assert.deepEqual(await signIns.findConsent(about), consent)
        for (const other of ['person', 'client', 'redirect', 'resource'])
          assert.equal(await signIns.findConsent({ ...about, [other]: 'x' }), undefined)
        assert.equal(await store.plane(finance).signIns.findConsent(about), undefined)
        await signIns.removeEnded(noon + 1)
        assert.equal(await signIns.findConsent(about), undefined)
      })

      test('a key of what is recorded is what the first one put, for each subject and month', async () => {
        const { payloadKeys } = store.plane(ops)
        const key = (id: string, subject = 'user:1', period = '2026-11') => ({
          id,
          subject,
          period,
          wrapped: Buffer.from(`wrapped ${id}`),
          at: noon,
        })
        const put = await Promise.all(['a', 'b', 'c'].map((id) => payloadKeys.putFirst(key(id))))
        const [first] = put
        assert(first)
        assert.deepEqual(new Set(put.map((one) => one?.id)), new Set([first.id]))
        assert.deepEqual(Buffer.from(first.wrapped), Buffer.from(`wrapped ${first.id}`))
        await payloadKeys.putFirst(key('d', 'user:1', '2026-10'))
        await payloadKeys.putFirst(key('e', 'user:2'))
        const ids = (await payloadKeys.list('user:1')).map(({ id }) => id)
        assert.deepEqual(ids, ['d', first.id])
        assert.equal((await payloadKeys.find('e'))?.subject, 'user:2')
        assert.equal((await payloadKeys.findFor('user:2', '2026-11'))?.id, 'e')
        assert.equal(await payloadKeys.findFor('user:2', '2026-10'), undefined)
        const between = async (from: string, to: string, after = '', most = 9) => {
          const about = { from, to, after, most }
          return (await payloadKeys.listBetween(about)).map(({ id }) => id)
        }
        assert.deepEqual(await between('2026-10', '2026-11'), [first.id, 'd', 'e'])
        assert.deepEqual(await between('2026-11', '2026-11'), [first.id, 'e'])
        assert.deepEqual(await between('2026-10', '2026-10'), ['d'])
        assert.deepEqual(await between('2026-10', '2026-12', first.id, 1), ['d'])
        assert.deepEqual(await between('2026-12', '2027-01'), [])
        assert.deepEqual(await store.plane(finance).payloadKeys.list('user:1'), [])
        assert.equal(await store.plane(finance).payloadKeys.find('e'), undefined)
      })

      test('keys of what is recorded are destroyed by a revision, which names them; all or none', async () => {
        const { payloadKeys } = store.plane(ops)
        for (const [id, period] of [
          ['a', '2026-10'],
          ['b', '2026-11'],
        ] as const)
          await payloadKeys.putFirst({
            id,
            subject: 'user:1',
            period,
            wrapped: Buffer.of(1),
            at: 0,
          })
        const gone = (kind: string): RowChange => ({
          topic: 'payload key',
          plane: ops,
          kind,
          name: 'user:1',
        })
        const about = emptyChange(0)
        await assert.rejects(
          store.commit({ ...about, rows: [gone('2026-10'), gone('2026-12')] }),
          isFault('stale'),
        )
        assert.equal((await payloadKeys.list('user:1')).length, 2)
        const revision = await store.commit({ ...about, rows: [gone('2026-10')] })
        assert.deepEqual(
          (await payloadKeys.list('user:1')).map(({ id }) => id),
          ['b'],
        )
        const named = { plane: ops, subject: 'user:1', period: '2026-10' }
        assert.deepEqual(await store.revisions.erasedIn(revision), [named])
        assert.deepEqual(await store.revisions.erasedIn(revision + 1), [])
      })

      test('how far a plane was let go of is what was put last', async () => {
        const { retention } = store.plane(ops)
        assert.equal(await retention.find(), undefined)
        await retention.put('{"a":1}')
        await retention.put('{"a":2}')
        assert.equal(await retention.find(), '{"a":2}')
        assert.equal(await store.plane(finance).retention.find(), undefined)
      })

      test('a value is what the first one put, whoever asks', async () => {
        const tries = ['one', 'two', 'three'].map((text) =>
          store.values.putFirst('origin', Buffer.from(text)),
        )
        const answers = (await Promise.all(tries)).map((value) => Buffer.from(value).toString())
        assert.deepEqual(new Set(answers), new Set([answers[0]]))
        const found = await store.values.find('origin')
        assert.equal(Buffer.from(found ?? []).toString(), answers[0])
        assert.equal(await store.values.find('other'), undefined)
      })
    })

    describe('the ledger', () => {
      test('numbers entries from 1 without a gap, in the order in which they were appended', async () => {
        const appends = Array.from({ length: 3000 }, (_, n) =>
          ledger().append(rowOf(refusedOf(callAt(n)))),
        )
        await Promise.all(appends)
        const entries = await ledger().read(1, 5000)
        assert.deepEqual(
          entries.map(({ position, entry }) => [position, 'call' in entry && entry.call]),
          appends.map((_, n) => [n + 1, callAt(n)]),
        )
        assert.equal(await ledger().size(), 3000)
        assert.equal(ledger().waiting, 0)
      })

      test('is contiguous whoever appends at once, and mixes no plane with another', async () => {
        const planes = [ops, finance, planeId('third')]
        const appends = Array.from({ length: 900 }, async (_, n) => {
          const plane = planes[n % 3] ?? ops
          await ledger(plane).append(rowOf(intentOf(callAt(n), { plane })))
          return ledger(plane).append(rowOf(outcomeOf(callAt(n), { plane })))
        })
        await Promise.all(appends)
        for (const plane of planes) {
          const entries = await ledger(plane).read(1, 1000)
          assert.deepEqual(
            entries.map(({ position }) => position),
            Array.from({ length: 600 }, (_, n) => n + 1),
          )
          assert(entries.every(({ entry }) => entry.plane === plane))
        }
      })

      test('lets a flood in one plane hold up another by a group, and not by the flood', async () => {
        const row = rowOf(refusedOf(callAt(0)))
        let flooded = 0
        const flood = Array.from({ length: 20_000 }, async () => {
          await ledger().append(row)
          flooded++
        })
        await ledger(finance).append(row)
        // Ours is to hand the other plane's over after one group. Which of two commits a database that
        // is short of processors ends first is its own affair, a few times over.
        assert(flooded <= 4 * 512, `${flooded} entries of the flood went first`)
        await Promise.all(flood)
      })

      test('gives back bodies as they were, in every script', async () => {
        const name = 'İstanbul – ğüş – 日本語 – עברית – 🏦 – \u0000\u001f\u2028 "quoted\\"'
        await ledger().append(rowOf(refusedOf(callAt(1), { name, because: 'x'.repeat(9000) })))
        const [stored] = await ledger().read(1, 1)
        assert.deepEqual(stored?.entry, refusedOf(callAt(1), { name, because: 'x'.repeat(9000) }))
      })

      test('keeps payloads beside the entries, by position', async () => {
        const payload = (n: number) => Buffer.alloc(n * 1000, n)
        const appends = Array.from({ length: 50 }, (_, n) =>
          ledger().append(rowOf(intentOf(callAt(n)), n % 2 === 0 ? payload(n + 1) : undefined)),
        )
        await Promise.all(appends)
        assert.deepEqual(Buffer.from((await ledger().findPayload(1)) ?? []), payload(1))
        assert.equal(await ledger().findPayload(2), undefined)
        assert.deepEqual(Buffer.from((await ledger().findPayload(49)) ?? []), payload(49))
        assert.equal(await ledger().findPayload(51), undefined)
        const large = Buffer.alloc(9_000_000, 7)
        await ledger().append(rowOf(intentOf(callAt(99)), large))
        const position = await ledger().size()
        assert.equal(Buffer.from((await ledger().findPayload(position)) ?? []).equals(large), true)
      })

      test('lets go of payloads, and of nothing else of an entry', async () => {
        const { ledger } = store.plane(ops)
        const payload = Buffer.from('sealed')
        for (const number of [1, 2, 3])
          await ledger.append(rowOf(intentOf(callAt(number)), number === 2 ? undefined : payload))
        const before = await ledger.read(1, 10)
        assert.deepEqual(await ledger.listPayloads([1, 2, 3, 4]), [1, 3])
        await ledger.dropPayloads([1, 2, 4])
        assert.deepEqual(await ledger.listPayloads([1, 2, 3, 4]), [3])
        assert.equal(await ledger.findPayload(1), undefined)
        assert.deepEqual(Buffer.from((await ledger.findPayload(3)) ?? []), payload)
        assert.deepEqual(await ledger.read(1, 10), before)
        await ledger.dropPayloads([])
        await ledger.append(rowOf(outcomeOf(callAt(1)), payload))
        assert.deepEqual(await ledger.listPayloads([1, 2, 3, 4]), [3, 4])
      })

      test('takes an outcome only for an open intent, and only once', async () => {
        await assert.rejects(
          ledger().append(rowOf(outcomeOf(callAt(1)))),
          isFault('internal', /without an open intent/),
        )
        await ledger().append(rowOf(intentOf(callAt(1))))
        await assert.rejects(
          ledger().append(rowOf(intentOf(callAt(1)))),
          isFault('internal', /second intent/),
        )
        const [first, second, third] = await Promise.allSettled([
          ledger().append(rowOf(outcomeOf(callAt(1)))),
          ledger().append(rowOf(outcomeOf(callAt(1)))),
          ledger().append(rowOf(refusedOf(callAt(2)))),
        ])
        assert.equal(first?.status, 'fulfilled')
        assert.equal(second?.status, 'rejected')
        assert.equal(third?.status, 'fulfilled')
        assert.equal(await ledger().size(), 3)
      })

      test('lists the intents that have no outcome', async () => {
        for (let n = 0; n < 10; n++) await ledger().append(rowOf(intentOf(callAt(n))))
        for (const n of [0, 3, 4, 9]) await ledger().append(rowOf(outcomeOf(callAt(n))))
        assert.deepEqual(await ledger().listOpen(), [2, 3, 6, 7, 8, 9])
      })

      withOutside('finds exactly the orphans after it was opened again', async () => {
        const orphans = new Set([3, 4500, 8999])
        const rows = Array.from({ length: 9000 }, (_, n) => rowOf(intentOf(callAt(n))))
        const done = rows.filter((_, n) => !orphans.has(n)).map(({ call }) => call)
        await Promise.all(rows.map((row) => ledger().append(row)))
        await Promise.all(done.map((call) => ledger().append(rowOf(outcomeOf(call as never)))))
        await reopen()
        const found = await ledger().listOrphans()
        assert.deepEqual(
          found.map(({ position, entry }) => [position, 'call' in entry && entry.call]),
          [...orphans].map((n) => [n + 1, callAt(n)]),
        )
        await ledger().append(rowOf(outcomeOf(callAt(3))))
        assert.equal(await ledger().size(), 17_998)
        assert.equal((await ledger().listOrphans()).length, 2)
      })

      withOutside('goes on where it stood after it was opened again', async () => {
        const payload = Buffer.from('sealed')
        await ledger().append(rowOf(intentOf(callAt(1)), payload))
        await reopen()
        await ledger().append(rowOf(outcomeOf(callAt(1))))
        const entries = await ledger().read(1, 10)
        assert.deepEqual(
          entries.map(({ entry }) => entry),
          [intentOf(callAt(1)), outcomeOf(callAt(1))],
        )
        assert.equal(Buffer.from((await ledger().findPayload(1)) ?? []).toString(), 'sealed')
      })
    })

    describe('reading the ledger', () => {
      const fill = async () => {
        const rows = Array.from({ length: 120 }, (_, n) => {
          const about = { at: noon + n * 1000, agent: n % 40 === 7 ? 'rare' : 'planner' }
          return n % 3 === 0
            ? rowOf(refusedOf(callAt(n), about))
            : rowOf(intentOf(callAt(n), about))
        })
        for (const row of rows) ledger().append(row).catch(assert.fail)
        await ledger().append(rowOf(openedOf({ at: noon + 120_000 })))
      }
      const positions = (entries: readonly { position: number }[]) =>
        entries.map(({ position }) => position)

      test('goes forwards and backwards, a page at a time', async () => {
        await fill()
        assert.deepEqual(positions(await ledger().read(119, 9)), [119, 120, 121])
        assert.deepEqual(positions(await ledger().read(0, 2)), [1, 2])
        assert.deepEqual(await ledger().read(122, 9), [])
        assert.deepEqual(positions(await ledger().readBack(undefined, 2)), [121, 120])
        assert.deepEqual(positions(await ledger().readBack(3, 9)), [2, 1])
        assert.deepEqual(await ledger().readBack(1, 9), [])
      })

      test('passes over what the filter leaves out', async () => {
        await fill()
        const rare = { fields: { agent: 'rare' } }
        assert.deepEqual(positions(await ledger().read(1, 9, rare)), [8, 48, 88])
        assert.deepEqual(positions(await ledger().readBack(undefined, 2, rare)), [88, 48])
        const refused = { types: ['call.refused'] as const, ...rare, before: 88 }
        assert.deepEqual(positions(await ledger().read(1, 9, refused)), [])
        const either = { types: ['call.refused', 'ledger.open'] as const }
        assert.deepEqual(positions(await ledger().readBack(undefined, 2, either)), [121, 118])
        const call = { fields: { call: callAt(50) } }
        assert.deepEqual(positions(await ledger().read(1, 9, call)), [51])
        const within = { ...rare, from: 9, before: 88 }
        assert.deepEqual(positions(await ledger().read(1, 9, within)), [48])
        assert.deepEqual(positions(await ledger().readBack(undefined, 9, within)), [48])
      })

      test('takes one of several ways to pass, and a way may be that there is no such field', async () => {
        await fill()
        const readCalendar = { agent: 'rare', name: 'read_calendar' }
        const of = (...fields: Fields[]) => ledger().readBack(undefined, 9, { fields })
        assert.deepEqual(
          positions(await of(readCalendar, { orphans: false, plane: 'fin' })),
          [88, 48, 8],
        )
        assert.deepEqual(positions(await of({ call: callAt(3) }, { call: callAt(50) })), [51, 4])
        assert.deepEqual(positions(await of({ plane: 'ops', call: false })), [121])
        assert.deepEqual(positions(await of({ agent: 'rare', call: false })), [])
      })

      test('finds the outcomes of intents, wherever they stand, and none of what is open', async () => {
        for (const n of [1, 2, 3, 4]) await ledger().append(rowOf(intentOf(callAt(n))))
        await ledger().append(rowOf(refusedOf(callAt(5), { name: callAt(3) })))
        for (const n of [3, 1, 2]) await ledger().append(rowOf(outcomeOf(callAt(n))))
        const found = await ledger().findOutcomes(
          [4, 3, 1].map((n) => ({ position: n, call: callAt(n) })),
        )
        assert.deepEqual(
          found.map(({ position, entry }) => [position, entry]),
          [
            [6, outcomeOf(callAt(3))],
            [7, outcomeOf(callAt(1))],
          ],
        )
        assert.deepEqual(await ledger().findOutcomes([]), [])
        assert.deepEqual(await ledger().findOutcomes([{ position: 4, call: callAt(4) }]), [])
      })

      test('a field is matched as a whole, not what a stranger wrote into another', async () => {
        const name = '"agent":"rare"'
        await ledger().append(rowOf(refusedOf(callAt(1), { name })))
        await ledger().append(rowOf(refusedOf(callAt(2), { agent: 'rarely' })))
        assert.deepEqual(await ledger().read(1, 9, { fields: { agent: 'rare' } }), [])
        assert.deepEqual(positions(await ledger().read(1, 9, { fields: { name } })), [1])
      })

      test('begins where an instant begins, and nothing of it lies before', async () => {
        await fill()
        assert.equal(await ledger().seek(noon - 1), 1)
        assert.equal(await ledger().seek(noon + 50_000), 51)
        assert.equal(await ledger().seek(noon + 49_001), 51)
        assert.equal(await ledger().seek(noon + 120_001), 122)
      })

      test('misses no entry when the machine’s clock was set back', async () => {
        const times = [10, 20, 5000, 30, 40, 6000, 50]
        for (const at of times) await ledger().append(rowOf(openedOf({ at })))
        for (const since of [0, 15, 35, 45, 5500, 7000]) {
          const from = await ledger().seek(since)
          const earlier = times.slice(0, from - 1)
          assert(
            earlier.every((at) => at < since),
            `${since}: ${earlier} lie before ${from}`,
          )
        }
      })

      test('an empty ledger is empty', async () => {
        assert.equal(await ledger().size(), 0)
        assert.deepEqual(await ledger().read(1, 9), [])
        assert.deepEqual(await ledger().readBack(undefined, 9), [])
        assert.deepEqual(await ledger().listOrphans(), [])
        assert.equal(await ledger().seek(noon), 1)
      })
    })

    describe('the tree of a ledger', () => {
      treeConformance({
        store: () => store,
        outside: hasOutside ? outside : undefined,
        reopen,
      })
    })

    describe('a ledger that cannot be written', () => {
      withOutside('refuses every entry of its plane, and of no other', async () => {
        const { clock } = under
        const { breakWrites } = outside()
        await ledger().append(rowOf(intentOf(callAt(1))))
        const mend = await breakWrites(ops, 'disk is full')
        const tries = [1, 2, 3].map((n) => ledger().append(rowOf(refusedOf(callAt(n)))))
        for (const one of tries) {
          await assert.rejects(one, (error) => {
            isFault('unrecordable')(error)
            assert.match(String((error as Fault).cause), /disk is full/)
            return true
          })
        }
        assert.equal(ledger().failing, true)
        await ledger(finance).append(rowOf(openedOf({ plane: finance })))
        assert.equal(ledger(finance).failing, false)

        await mend()
        await ledger().append(rowOf(outcomeOf(callAt(1))))
        assert.equal(ledger().failing, false)
        assert.equal(await ledger().size(), 2)
        clock.advance(5000)
      })

      withOutside('is tried again every second until it can be', async () => {
        const { clock } = under
        const { breakWrites } = outside()
        await ledger().append(rowOf(openedOf()))
        const mend = await breakWrites(ops, 'full', 'whatever is tried')
        await assert.rejects(ledger().append(rowOf(openedOf())), isFault('unrecordable'))
        const aSecond = async () => {
          clock.advance(1000)
          // Longer than an attempt takes; on SQLite it is even answered behind it.
          for (let n = 0; n < 5; n++) await ledger().listOpen()
        }
        for (let n = 0; n < 3; n++) await aSecond()
        assert.equal(ledger().failing, true)
        await mend()
        for (let n = 0; n < 100 && ledger().failing; n++) await aSecond()
        assert.equal(ledger().failing, false)
      })

      withOutside(
        'within the deadline refuses what waits, and says so until it can be written',
        async () => {
          const { clock, appendDeadlineMs } = under
          const { stall } = outside()
          await ledger().append(rowOf(openedOf()))
          const release = await stall(ops)
          const first = ledger().append(rowOf(refusedOf(callAt(1))))
          await new Promise(setImmediate)
          clock.advance(appendDeadlineMs / 2)
          const second = ledger().append(rowOf(refusedOf(callAt(2))))
          assert.equal(ledger().waiting, 2)
          clock.advance(appendDeadlineMs / 2)
          await assert.rejects(first, isFault('unrecordable', /not written within/))
          assert.equal(ledger().failing, true)
          await release()
          await second
          assert.equal(ledger().failing, false)
          // After the deadline an entry may still come to stand; this one did.
          assert.equal(await ledger().size(), 3)
        },
      )

      withOutside('drops what was still waiting when its time was over', async () => {
        const { clock, appendDeadlineMs } = under
        const { stall } = outside()
        await ledger().append(rowOf(openedOf()))
        const release = await stall(ops)
        const underWay = ledger().append(rowOf(refusedOf(callAt(1))))
        await new Promise(setImmediate)
        const waiting = ledger().append(rowOf(refusedOf(callAt(2))))
        clock.advance(appendDeadlineMs)
        await assert.rejects(underWay, isFault('unrecordable'))
        await assert.rejects(waiting, isFault('unrecordable'))
        await release()
        await ledger().append(rowOf(openedOf()))
        const entries = await ledger().readBack(undefined, 9)
        assert(entries.every(({ entry }) => !('call' in entry) || entry.call !== callAt(2)))
        assert.equal(entries[0]?.entry.type, 'ledger.open')
      })
    })

    withOutside('entries are never updated, replaced or deleted', async () => {
      const { tamper } = outside()
      await ledger().append(rowOf(openedOf()))
      await assert.rejects(tamper(ops, 'update'), /never updated/)
      await assert.rejects(tamper(ops, 'delete'), /never deleted/)
      assert.deepEqual((await ledger().read(1, 9))[0]?.entry, openedOf())
    })

    describe('members', () => {
      test('this process is one as soon as the store is open, and says what it has in force', async () => {
        const [only, ...others] = await store.members.list()
        assert(only)
        assert.deepEqual(others, [])
        assert.equal(only.id, store.members.self)
        assert.equal(only.pid, process.pid)
        assert.deepEqual([only.address, only.revision, only.alive], ['', 0, true])
        await store.members.beat({ revision: 7, address: 'https://one.internal' })
        const [again] = await store.members.list()
        assert.deepEqual(
          [again?.address, again?.revision, again?.alive],
          ['https://one.internal', 7, true],
        )
        assert.equal(again?.startedAt, only.startedAt)
      })

      withOutside('whoever closed the store is remembered, and not alive', async () => {
        const before = store.members.self
        await reopen()
        const members = await store.members.list()
        assert.deepEqual(
          new Map(members.map(({ id, alive, left }) => [id, { alive, left }])),
          new Map([
            [before, { alive: false, left: true }],
            [store.members.self, { alive: true, left: false }],
          ]),
        )
      })

      test('who has left can come back', async () => {
        await store.members.leave()
        assert.equal((await store.members.list())[0]?.alive, false)
        await store.members.beat({ revision: 1, address: '' })
        assert.equal((await store.members.list())[0]?.alive, true)
      })
    })

    alone('one open holds the data: a second is refused at once', async () => {
      const { openAgain } = outside()
      await assert.rejects(openAgain(), isFault('locked', /in use/))
      assert.equal(await store.commit(change({ documents: [put('a')] })), 1)
      await store.close()
      const next = await openAgain()
      assert.equal(await next.revisions.newest(), 1)
      await next.close()
    })
  })
}
