import type { LifeCycle } from '#domain/item-documents.ts'
import { type Command, readPlace } from '../command.ts'
import { printJson } from '../terminal.ts'

/** The command that brings an item to a place in its life. */
export const bringTo = (lifeCycle: LifeCycle): Command => ({
  async run({ args, options, terminal, fields, control }) {
    const place = readPlace(args[0] ?? '', options)
    const answer = await (await control()).ask('serverLifeCycle', { ...place, lifeCycle })
    const { plane, server, revision, set } = answer
    if (terminal.json) printJson(terminal, { ...answer, set: set ?? null }, fields)
    else terminal.out(`${plane}/${server} is ${answer.lifeCycle}: revision ${revision}.`)
    if (set)
      terminal.hint(
        `Write it into the files of the set ${set} too, or their next apply takes it back.`,
      )
    return 0
  },
})
