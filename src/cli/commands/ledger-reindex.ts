import { Fault } from '#lib/fault.ts'
import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'
import { grouped } from '../when.ts'

/** Asks on until the index has taken everything; it is derived, so nothing is lost where this ends early. */
export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, io } = invocation
  const control = await invocation.control()
  const plane = args[0] ?? options.text('plane')
  let said = io.now()
  let done = await control.ask('reindex', { plane, goesOn: false })
  while (done.cursor < done.size && !done.elsewhere) {
    if (io.now() - said >= 1000) {
      said = io.now()
      const percent = Math.floor((done.cursor / done.size) * 100)
      terminal.say(`${grouped(done.cursor)} of ${grouped(done.size)} entries, ${percent} %`)
    }
    done = await control.ask('reindex', { plane: done.plane, goesOn: true })
  }
  if (done.elsewhere)
    throw new Fault('usage', {
      detail: 'Another process makes the index; it goes on by itself.',
      fix: 'bailiwick status',
    })
  if (terminal.json) printJson(terminal, { plane: done.plane, entries: done.size }, [])
  else terminal.out(`The index of ${done.plane} is made of ${grouped(done.size)} entries.`)
  return 0
}
