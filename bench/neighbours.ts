import { setTimeout as pause } from 'node:timers/promises'
import type { LoadQuestion, Window } from './load.ts'
import { client, looper, otherPlane, plane, server } from './plane.ts'
import { type Part, startPart } from './process.ts'
import type { Program } from './program.ts'
import { answered, type Target } from './request.ts'
import type { Pace } from './setting.ts'

/** Calls of one plane at a steady pace, while nothing and while much happens in another one. */
export interface Neighbours {
  readonly quiet: Window
  readonly flooded: Window
  /** Refused a second, without a token and by the agent that has no grant. */
  readonly anonymousPerSecond: number
  readonly deniedPerSecond: number
}

type Load = Part<LoadQuestion, undefined>

const callers = 8
/** Each caller calls every 20 ms, so 400 calls a second. */
const everyMs = 20
/** Sixteen strangers, each every 8 ms: at most 2,000 a second. */
const strangers = { count: 16, everyMs: 8 }

export const measureNeighbours = async (
  program: Program,
  load: Load,
  pace: Pace,
): Promise<Neighbours> => {
  const forMs = pace.neighbourMs
  const own = await program.ask('token', { plane, client })
  const denied = await program.ask('token', { plane: otherPlane, client: looper })
  const at = (where: string, expect: Target['expect'], tool = 'small'): Target => ({
    port: program.port,
    path: `/mcp/${where}/${server}`,
    tool,
    expect,
  })
  const prepare = (to: Load, target: Target, count: number, tokens: readonly string[]) =>
    to.ask({ ask: 'prepare', target, callers: count, tokens, again: true })
  const [anonymous, looping] = await Promise.all([
    startPart<LoadQuestion>('load.ts'),
    startPart<LoadQuestion>('load.ts'),
  ])
  try {
    await prepare(load, at(plane, answered), callers, [own.token])
    await load.ask({ ask: 'run', forMs: 300, everyMs })
    const quiet = await load.ask<Window>({ ask: 'run', forMs, everyMs })
    const turnedAway = { statuses: [401, 429], text: '' }
    await prepare(anonymous, at(otherPlane, turnedAway), strangers.count, [])
    const unknown = { statuses: [200], text: 'Unknown tool' }
    await prepare(looping, at(otherPlane, unknown), 1, [denied.token])
    const floods = Promise.all([
      anonymous.ask<Window>({ ask: 'run', forMs: forMs + 400, everyMs: strangers.everyMs }),
      looping.ask<Window>({ ask: 'run', forMs: forMs + 400, everyMs: 0 }),
    ])
    await pause(200)
    const flooded = await load.ask<Window>({ ask: 'run', forMs, everyMs })
    const [refused, looped] = await floods
    checkAll([quiet, flooded, refused, looped])
    return {
      quiet,
      flooded,
      anonymousPerSecond: (refused.calls * 1000) / refused.ms,
      deniedPerSecond: (looped.calls * 1000) / looped.ms,
    }
  } finally {
    await Promise.all([anonymous.stop(), looping.stop()])
  }
}

const checkAll = (windows: readonly Window[]): void => {
  const failed = windows.find((one) => one.failed > 0)
  if (failed) throw new Error(`${failed.failed} calls failed: ${failed.problem}`)
}
