import type { TestedPlane } from '#manager/policy-tests.ts'
import { oneLine } from '../cells.ts'
import type { Invocation } from '../command.ts'
import { readDraft } from '../draft.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { grouped } from '../when.ts'

/** A check said no: see `bailiwick help exit-codes`. */
const broken = 3

export const run = async (invocation: Invocation): Promise<number> => {
  const { options, terminal, fields, control } = invocation
  const draft = await readDraft(invocation)
  const input = { plane: options.text('plane'), ...(draft && { draft }) }
  const planes = await (await control()).ask('policyTest', input)
  const tests = planes.flatMap(({ plane, tests }) => tests.map((one) => ({ plane, ...one })))
  if (terminal.json)
    printJson(
      terminal,
      tests.map((one) => ({ ...one, problem: one.problem ?? null })),
      fields,
    )
  else print(terminal, planes)
  return tests.every(({ holds }) => holds) ? 0 : broken
}

const print = (terminal: Terminal, planes: readonly TestedPlane[]): void => {
  for (const { plane, tests } of planes) {
    if (tests.length === 0) terminal.hint(`Plane ${plane} has no PolicyTest.`)
    for (const { name, says, holds, tried, but, problem } of tests) {
      const mark = holds
        ? terminal.paint(terminal.glyph('passed'), 'good')
        : terminal.paint(terminal.glyph('denied'), 'bad')
      terminal.out(`${mark} ${plane}/${name}: ${oneLine(says)}  (${grouped(tried)} calls)`)
      if (problem !== undefined) terminal.out(`    ${problem}`)
      for (const one of but)
        terminal.out(
          `    ${one.client} ${one.server}/${oneLine(one.name)}: ${one.outcome}: ${oneLine(one.because)}`,
        )
    }
  }
}
