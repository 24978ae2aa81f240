import type { Refusal } from '#domain/decision.ts'
import type { Log } from '#lib/log.ts'
import type { Permitted } from '#policy/policy.ts'
import type { Asked, Sending } from './asked.ts'
import type { Call, Recorder } from './call.ts'
import type { Ask, Caller, Exchange } from './exchange.ts'
import { narrowed } from './listen-filter.ts'
import type { Reply } from './reply.ts'
import type { Steps } from './steps.ts'
import type { Target } from './target.ts'
import { nothing } from './updates.ts'

/** One resource or one task that a listener named, and may hear of. */
export interface Subscription {
  readonly target: Target
  /** What its server calls it. */
  readonly at: string
  /** What the caller calls it. */
  readonly written: string
}

/** With its intent, which is durable. */
export interface Intended extends Subscription {
  readonly asked: Asked
  readonly call: Call
}

type Decided =
  | { readonly asked: Asked; readonly refusal: Refusal }
  | { readonly asked: Asked; readonly decision: Permitted; readonly lent: Sending['lent'] }

/**
 * Each resource and each task that a listener names is a call of its own: decided, limited and recorded
 * by the same six steps. What the policy refuses or what has no room left refuses the whole, with that
 * one's entry, and before anything reaches a server; what a server cannot tell of now is left out.
 */
export const createSubscribing = (parts: {
  step: Pick<Steps, 'look' | 'permit' | 'lend' | 'limit' | 'intend' | 'refuse'>
  record: Recorder
  log: Log
  now(): number
}) => {
  const { step, record } = parts
  const leaveOut = async (asked: Asked, refusal: Refusal): Promise<undefined> => {
    await record.refuse({ ...asked, now: asked.at, refusal })
  }

  /** Decided; undefined where it is left out. */
  const decide = async (about: Asked): Promise<Decided | undefined> => {
    const { asked, unseen } = await step.look(about)
    const decision = step.permit(asked)
    // ext-tasks §Task Status Notifications: nobody is told which of the tasks of others there are.
    if (!decision.permitted && about.target.task !== undefined)
      return leaveOut(asked, decision.refusal)
    if (!decision.permitted) return { asked, refusal: decision.refusal }
    if (unseen) return leaveOut(asked, unseen)
    const lent = step.lend(asked, decision)
    return lent.permitted ? { asked, decision, lent } : leaveOut(asked, lent.refusal)
  }

  return {
    /** What may be told, with intents; undefined where the whole is refused, and was answered. */
    async admit(
      about: { exchange: Exchange; caller: Caller; ask: Ask; reply: Reply },
      wanted: readonly Subscription[],
    ): Promise<readonly Intended[] | undefined> {
      const { exchange, caller } = about
      const bare = narrowed(about.ask, nothing)
      const decided = await Promise.all(
        wanted.map(async (one) => {
          const { kind } = one.target
          const followed = kind === 'tool' ? { tasks: [one.at] } : { resources: [one.at] }
          const ask = narrowed(bare, { ...nothing, ...followed })
          const asked = { exchange, caller, ask, target: one.target, at: parts.now() }
          const its = await decide(asked)
          return its && { ...one, ...its }
        }),
      )
      const met = decided.filter((one) => one !== undefined)
      const denied = met.find((one) => 'refusal' in one)
      if (denied) return refuse(denied.asked, denied.refusal)
      const taken: (() => Promise<Intended>)[] = []
      let spent: { asked: Asked; refusal: Refusal } | undefined
      for (const one of met) {
        if (!('decision' in one)) continue
        const room = await step.limit(one.asked, one.decision)
        if (!room.permitted) {
          spent = { asked: one.asked, refusal: room.refusal }
          break
        }
        const { target, at, written, asked, lent } = one
        taken.push(async () => {
          const call = await step.intend(asked, room, lent)
          return { target, at, written, asked, call }
        })
      }
      // What was counted before one had no room is recorded, so that entries and windows agree.
      const intended = await Promise.all(taken.map((intend) => intend()))
      if (!spent) return intended
      await Promise.all(intended.map((one) => conclude(one, 'cancelled', 'flood')))
      return refuse(spent.asked, spent.refusal)

      async function refuse(asked: Asked, refusal: Refusal): Promise<undefined> {
        await step.refuse(asked, refusal, about.reply)
      }
    },

    /** The outcomes are durable when it resolves: false where they cannot be. */
    async conclude(all: readonly Intended[], isTold: (one: Intended) => boolean): Promise<boolean> {
      try {
        await Promise.all(all.map((one) => conclude(one, isTold(one) ? 'complete' : 'failed')))
        return true
      } catch {
        parts.log.error('outcome not recorded, subscription withheld', { calls: all.length })
        return false
      }
    },
  }

  function conclude(
    { asked, call }: Intended,
    status: 'complete' | 'failed' | 'cancelled',
    code = '',
  ): Promise<void> {
    const { exchange } = asked
    const answer = { status, code, final: undefined }
    return record.conclude({ exchange, call, answer, now: parts.now() })
  }
}

export type Subscribing = ReturnType<typeof createSubscribing>
