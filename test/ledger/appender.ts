// A process that is meant to be killed: it appends intents and outcomes to two planes from many
// callers at once, and writes a line for each entry only once the ledger has acknowledged it, or
// `unrecordable` where it refused; their trees are kept meanwhile.
//   node test/ledger/appender.ts FOLDER ROUND
import { systemClock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { callAt, finance, intentOf, ops, outcomeOf } from '../store/entries.ts'
import { openKept } from './kept.ts'

const [folder = '', round = '0'] = process.argv.slice(2)
const clock = systemClock
const { ledger, keeper } = await openKept({ folder, clock })
await ledger.open()
keeper.start()

let made = Number(round) * 1_000_000
const acknowledged = (plane: string, type: string, call: string): void => {
  process.stdout.write(`${plane} ${type} ${call}\n`)
}

const call = async (): Promise<void> => {
  for (;;) {
    const number = made++
    const plane = number % 2 === 0 ? ops : finance
    const id = callAt(number, clock.now())
    const args = Buffer.alloc(300, number)
    try {
      const intent = intentOf(id, { plane, at: clock.now() })
      await ledger.plane(plane).intend(intent, args)
      acknowledged(plane, 'call.intent', id)
      // Some calls stay under way, and are orphans whenever the process ends.
      if (number % 50 === 0) continue
      const outcome = outcomeOf(id, { plane, at: clock.now() })
      await ledger.plane(plane).conclude(outcome)
      acknowledged(plane, 'call.outcome', id)
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'unrecordable') throw error
      process.stdout.write('unrecordable\n')
    }
  }
}
await Promise.all(Array.from({ length: 48 }, call))
