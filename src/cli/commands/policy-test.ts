import type { TestedPlane } from '#manager/policy-tests.ts'
import { tellBroken } from '#policy/broken.ts'
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
  if (terminal.json) printJson(terminal, toJson(planes), fields)
  else print(terminal, planes)
  return planes.every(({ tests }) => tests.every(({ holds }) => holds)) ? 0 : broken
}

const toJson = (planes: readonly TestedPlane[]): object[] =>
  planes.flatMap(({ plane, tests }) =>
    tests.map((one) => ({ plane, ...one, problem: one.problem ?? null })),
  )

const print = (terminal: Terminal, planes: readonly TestedPlane[]): void => {
  const all = planes.flatMap(({ plane, tests }) => tests.map((test) => ({ plane, test })))
  for (const { plane, test } of all) printTest(terminal, plane, test)
  const failed = all.filter(({ test }) => !test.holds).length
  if (all.length === 0) terminal.say('There is no PolicyTest: nothing was promised.')
  else if (failed > 0)
    terminal.say(`${failed} of ${all.length} ${failed === 1 ? 'is' : 'are'} not true.`)
  else terminal.say(all.length === 1 ? 'It is true.' : `All ${all.length} are true.`)
}

const printTest = (
  terminal: Terminal,
  plane: string,
  { name, says, holds, tried, but, problem }: TestedPlane['tests'][number],
): void => {
  const mark = terminal.paint(terminal.glyph(holds ? 'yes' : 'no'), holds ? 'good' : 'bad')
  const calls = terminal.paint(`${grouped(tried)} ${tried === 1 ? 'call' : 'calls'}`, 'faint')
  terminal.out(`${mark} ${plane}/${name}  ${oneLine(says)}  ${calls}`)
  for (const one of but) terminal.out(`    ${oneLine(tellBroken(one))}`)
  if (problem !== undefined) terminal.out(`    ${problem}`)
}
