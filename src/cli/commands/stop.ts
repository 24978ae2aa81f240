import { setTimeout as wait } from 'node:timers/promises'
import { Fault } from '#lib/fault.ts'
import type { Invocation } from '../command.ts'
import { reachRunning } from '../control.ts'

/** Longer than calls under way are waited for by default. */
const patienceMs = 30_000
const everyMs = 50

export const run = async ({ terminal, data, io }: Invocation): Promise<number> => {
  const control = await reachRunning(data)
  const { pid } = await control.ask('stop', {})
  const until = io.now() + patienceMs
  while (isAlive(pid)) {
    if (io.now() > until)
      throw new Fault('draining', {
        detail: `Process ${pid} still lets calls end after ${patienceMs / 1000} s.`,
        fix: `wait, or end it: kill ${pid}`,
      })
    await wait(everyMs)
  }
  if (terminal.json) terminal.out(JSON.stringify({ event: 'stopped', pid }))
  else terminal.say(`Stopped process ${pid}.`)
  return 0
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
