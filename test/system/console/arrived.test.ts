// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { buildConsole } from '../../../tools/console.ts'
import { createCaller, inParallel, type Told } from '../../gateway/caller.ts'
import { agent, consumer, document, documents, grant, plane } from '../../gateway/plane.ts'
import { type Chromium, startChromium } from '../../peers/chromium.ts'
import { type Gateway, startGateway } from '../../peers/gateway.ts'
import type { Raw } from '../../peers/ledger.ts'
import { startFlaky } from './flaky.ts'
import { password } from './world.ts'

const atOnce = 24
/** Of each hundred calls of a load the server breaks off one. */
const refOf = (load: string, n: number) => `${load}-${n}${n % 100 === 50 ? '-broken' : ''}`
const held = Array.from({ length: 16 }, (_, n) => `${n}-held`)

describe('Arrived = recorded, under load and over a kill', () => {
  let flaky: Awaited<ReturnType<typeof startFlaky>>
  let gateway: Gateway
  let chromium: Chromium
  let page: Page
  let caller: ReturnType<typeof createCaller>
  /** By what each call asked for: what its caller was told, undefined where the connection broke. */
  const told = new Map<string, Told>()
  const refsWhere = (is: (told: Told) => boolean) =>
    [...told].filter(([, one]) => is(one)).map(([ref]) => ref)

  before(async () => {
    buildConsole()
    flaky = await startFlaky()
    const server = document('Server', {
      ...{ plane: 'ops', name: 'flaky', owner: 'tests', upstream: { url: flaky.url } },
      tools: { work: { class: 'read', index: ['ref'] } },
    })
    const granted = grant('all', 'planner', [{ server: 'flaky' }])
    gateway = await startGateway({
      // What is held is held until the kill, however slow the machine is.
      config: { limits: { firstAnswerTimeoutMs: 3_600_000 } },
      documents: documents(plane(), consumer(), agent('planner'), server, granted),
    })
    chromium = await startChromium()
    ;({ page } = await chromium.page())
    const code = (await readFile(join(gateway.data, 'setup-code'), 'utf8')).trim()
    await page.goto(`${gateway.origin}/setup?code=${code}`)
    await page.getByLabel('Name').fill('ayse')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Make the administrator' }).click()
    await page.waitForURL('**/m/first-call')
    caller = await connect()
  })
  after(async () => {
    caller?.close()
    await chromium?.stop()
    await gateway?.stop()
    flaky?.stop()
  })

  const connect = async () => {
    const url = `${gateway.origin}/mcp/ops/flaky`
    return createCaller(url, await gateway.token('planner', url))
  }
  const call = async (ref: string) => {
    told.set(ref, await caller.call('work', { ref }))
  }
  const load = (name: string, count: number) =>
    inParallel(count, atOnce, (n) => call(refOf(name, n)))

  const shows = (arrived: number, text: string) =>
    page
      .locator(`[data-testid="overview.path"][data-arrived="${arrived}"]`)
      .getByText(text)
      .waitFor()
  const stoppedAtForward = (state: string) =>
    page.getByTestId('overview.path').locator('[data-station="forward"]').getByText(state)
  const entries = async () => (await gateway.ledger('ops')).entries
  const callsOf = (all: readonly Raw[], type: string) =>
    new Set(all.filter((one) => one.type === type).map((one) => one.call))

  test('AC-52: under load the page counts what arrives, and then exactly what the callers counted', async () => {
    await page.goto(`${gateway.origin}/m`)
    await load('first', 400)
    assert.equal(refsWhere((one) => one?.status !== 200).length, 0)
    await shows(400, 'Arrived 400 = recorded 400')
    await stoppedAtForward('4 failed').waitFor()
  })

  test('AC-52: killed with calls under way and started again, it tells each of them as unknown, and has lost none', async () => {
    const broken = held.map(call)
    await flaky.holds(held.length)
    await shows(416, 'Arrived 416 = recorded 400 and 16 under way')

    // Some callers go on at full speed, so that it is killed at any point of a call.
    let killed: Promise<void> | undefined
    let answered = 0
    await inParallel(400, 8, async (n) => {
      if (killed) return
      await call(refOf('at the kill', n))
      if (++answered === 200) killed = gateway.kill()
    })
    await Promise.all([killed, ...broken])
    caller.close()
    const atKill = await entries()
    const outcomes = callsOf(atKill, 'call.outcome')
    const open = atKill.filter((one) => one.type === 'call.intent' && !outcomes.has(one.call))
    const cutOff = refsWhere((one) => one === undefined)
    assert.ok(cutOff.length >= held.length && cutOff.length <= held.length + 8)
    assert.ok(open.every((one) => cutOff.includes(String(one['arg.ref']))))

    gateway = await gateway.restart()
    caller = await connect()
    await load('after', 300)
    assert.equal(refsWhere((one) => one?.status !== 200).length, cutOff.length)

    // What broke off before its intent was written has never arrived: nothing of it reached the server.
    const intended = new Set((await entries()).map((one) => one['arg.ref']))
    const arrived = [...told.keys()].filter((ref) => intended.has(ref))
    assert.deepEqual(
      refsWhere((one) => one !== undefined).filter((ref) => !intended.has(ref)),
      [],
    )
    await page.goto(`${gateway.origin}/m`)
    await shows(arrived.length, `Arrived ${arrived.length} = recorded ${arrived.length}`)
    await stoppedAtForward(`${open.length} outcome unknown`).waitFor()
    const failed = arrived.filter((ref) => ref.endsWith('-broken') && !open.some(isOf(ref)))
    await stoppedAtForward(`${failed.length} failed`).waitFor()
    assert.equal(callsOf(await entries(), 'call.intent').size, arrived.length)
    await page.goto(`${gateway.origin}/m/ledger?t=1h`)
    await page.locator(`[data-testid="ledger.histogram"][data-total="${arrived.length}"]`).waitFor()
  })

  test('AC-52: the page of each call that was killed says that its outcome is unknown', async () => {
    const all = await entries()
    for (const ref of held) {
      const { call: id } = all.find(isOf(ref)) ?? assert.fail(`${ref} is not in the ledger`)
      await page.goto(`${gateway.origin}/m/calls/${id}?plane=ops`)
      await page.getByTestId('call.unknown').getByText('Outcome unknown').waitFor()
      const path = page.locator('[data-path$="F:unknown R:recorded"]').first()
      await path.waitFor()
    }
  })

  test('AC-52: each call that was answered has its row, which says what its caller was told', async () => {
    const all = await entries()
    const outcomeOf = new Map(
      all.filter((one) => one.type === 'call.outcome').map((one) => [one.call, one.status]),
    )
    for (const [ref, one] of told) {
      if (one === undefined) continue
      const [intent, ...more] = all.filter(isOf(ref))
      assert.equal(more.length, 0, ref)
      const isAnswered = one.text.includes(`"text":"${ref}"`)
      assert.equal(isAnswered, !ref.endsWith('-broken'), `${ref}: ${one.text}`)
      assert.equal(outcomeOf.get(intent?.call ?? ''), isAnswered ? 'complete' : 'failed', ref)
    }
  })
})

const isOf = (ref: string) => (one: Raw) => one['arg.ref'] === ref
