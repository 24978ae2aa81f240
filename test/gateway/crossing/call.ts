import assert from 'node:assert/strict'
import type { Message, Sent, WireCaller } from './caller.ts'
import { canAsk, eraOf, type ServerName, servers } from './plane.ts'
import type { Random } from './random.ts'

/** Of one principal, what its ledger entries are held against. */
export interface Account {
  readonly client: string
  /** Calls that may have begun, each round by itself, and those that were answered. */
  sent: number
  answered: number
}

/** What happened, so that a test in which it did not fails. */
export interface Tally {
  complete: number
  asked: number
  left: number
  cancelled: number
  progress: number
  logged: number
}

export interface Calling {
  readonly caller: WireCaller
  readonly account: Account
  readonly tally: Tally
  readonly origin: string
  readonly random: Random
  readonly id: string | number
  readonly canary: string
}

/** Everybody's. */
export const token = 1

interface Plan {
  readonly server: ServerName
  readonly url: string
  readonly name: string
  readonly args: { canary: string; delayMs: number; asks: boolean }
  /** How it gives the call up, and after how much of it. */
  readonly quits: 'by leaving' | 'by cancelling' | undefined
  readonly after: 'nothing' | 'a message' | 'a question'
}

export const planAt = (
  { origin, canary }: Pick<Calling, 'origin' | 'canary'>,
  server: ServerName,
  about: { isAtPlane: boolean; delayMs: number; asks: boolean },
) => ({
  server,
  url: `${origin}/mcp/ops${about.isAtPlane ? '' : `/${server}`}`,
  name: about.isAtPlane ? `${server}__relay` : 'relay',
  args: { canary, delayMs: about.delayMs, asks: about.asks },
})

const endlessMs = 3_600_000
const early = ['nothing', 'a message'] as const
/** A notice may overtake its request on the way, and the server would wait for an answer for long. */
const late = ['a message', 'a question'] as const

function planOf(calling: Calling): Plan {
  const { random, caller } = calling
  const server = random.of(servers)
  const isAtPlane = random.happens(0.4)
  const asks = random.happens(0.2) && canAsk(server, caller.era, isAtPlane)
  const quits = random.happens(0.15) ? quitsBy(caller.era, server, asks, random) : undefined
  const after = random.of(asks ? late : early)
  // What is given up in the middle would go on for ever: a cancellation that finds nothing is noticed.
  const ends = quits === 'by leaving' && caller.era === 'legacy' ? undefined : quits
  const delayMs = ends && after === 'a message' ? endlessMs : random.below(30)
  return { ...planAt(calling, server, { isAtPlane, delayMs, asks }), quits, after }
}

/**
 * In the older era whoever leaves cancels nothing, so that a question of that call would wait for long;
 * in the newer one a round that was asked of somebody who had left would.
 */
const quitsBy = (era: string, server: string, asks: boolean, random: Random): Plan['quits'] => {
  if (era === 'modern') return asks && eraOf(server) === 'legacy' ? undefined : 'by leaving'
  return asks || random.happens(0.5) ? 'by cancelling' : 'by leaving'
}

export async function callOnce(calling: Calling): Promise<void> {
  const plan = planOf(calling)
  const { tally, id } = calling
  const first = await send(calling, plan, id, {})
  const final = await hear(calling, plan, id, first)
  const isRound = final?.result?.resultType === 'input_required'
  const last = isRound ? await answerRound(calling, plan, final) : final
  if (plan.quits === undefined) checkFinal(calling, plan, last)
  if (last?.result) tally.complete++
}

export async function send(
  { caller, account }: Pick<Calling, 'caller' | 'account'>,
  { url, name, args }: Pick<Plan, 'url' | 'name' | 'args'>,
  id: string | number,
  more: object,
): Promise<Sent> {
  account.sent++
  return caller.call(url, { id, name, args, token, more })
}

/** In the newer era the questions are the answer, and the next call has what was said to them. */
async function answerRound(
  calling: Calling,
  plan: Plan,
  { result }: Message,
): Promise<Message | undefined> {
  const asked = result?.inputRequests as Record<string, { params: { message: string } }>
  const [[key, { params }] = ['', { params: { message: '' } }]] = Object.entries(asked)
  assert.equal(params.message, calling.canary)
  calling.tally.asked++
  const inputResponses = { [key]: accept(calling.canary) }
  const more = { inputResponses, requestState: result?.requestState }
  const id = typeof calling.id === 'number' ? calling.id + again : `${calling.id}${again}`
  return hear(calling, plan, id, await send(calling, plan, id, more))
}

const again = 1_000_000
export const accept = (name: string) => ({ action: 'accept', content: { name } })

/** All that comes of one request; the final message, unless the call was given up. */
async function hear(
  calling: Calling,
  plan: Plan,
  id: string | number,
  sent: Sent,
): Promise<Message | undefined> {
  const { account, canary } = calling
  let hasQuit = await quitAfter('nothing', calling, plan, id, sent)
  for (let message = await sent.next(); message !== undefined; message = await sent.next()) {
    for (const [one] of JSON.stringify(message).matchAll(/canary-[\d-]+\./g))
      assert.equal(one, canary, `${account.client} hears of another call`)
    if (message.method === undefined) {
      assert.equal(message.id, id)
      if (message.result) account.answered++
      return message
    }
    const isQuestion = message.method === 'elicitation/create'
    const moment = isQuestion ? 'a question' : 'a message'
    hasQuit ||= await quitAfter(moment, calling, plan, id, sent)
    // What comes after a cancellation was under way already.
    const isOver = hasQuit && plan.after === 'a question'
    if (isQuestion && !isOver) await answer(calling, plan, message)
    else if (!isQuestion) checkNotice(calling, message)
  }
  assert.ok(hasQuit, `${canary} was not answered`)
  return undefined
}

/** Asked for real, in the middle of the call. */
async function answer({ caller, account, tally, canary }: Calling, plan: Plan, question: Message) {
  assert.equal(question.params?.message, canary)
  tally.asked++
  // Each round is a call by itself, whoever asks.
  account.sent++
  account.answered++
  await caller.tell(plan.url, { id: question.id, result: accept(canary) })
}

function checkNotice({ tally, canary }: Calling, { method, params }: Message): void {
  if (method === 'notifications/progress') {
    assert.deepEqual([params?.progressToken, params?.message], [token, canary])
    tally.progress++
  } else if (method === 'notifications/message') {
    assert.equal(params?.data, canary)
    tally.logged++
  } else assert.equal(method, 'notifications/cancelled')
}

async function quitAfter(
  moment: Plan['after'],
  { caller, tally }: Calling,
  { quits, after, url }: Plan,
  id: string | number,
  sent: Sent,
): Promise<boolean> {
  if (quits === undefined || after !== moment) return false
  if (quits === 'by leaving') {
    tally.left++
    sent.leave()
  } else {
    tally.cancelled++
    await caller.tell(url, { method: 'notifications/cancelled', params: { requestId: id } })
  }
  return true
}

function checkFinal({ canary }: Calling, { args }: Plan, final: Message | undefined): void {
  const said = JSON.stringify(final)
  assert.equal(final?.result?.isError ?? false, false, said)
  assert.equal(final?.result?.content?.[0]?.text, args.asks ? `${canary} ${canary}` : canary, said)
}
