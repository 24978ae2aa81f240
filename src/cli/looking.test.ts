import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Unknown } from '#manager/asking.ts'
import type { Invocation } from './command.ts'
import { type Looked, lookOn, tellBeside } from './looking.ts'
import type { Terminal } from './terminal.ts'

interface Part extends Looked {
  readonly count: number
}
const part = (plane: string, count: number, next?: number, more: Partial<Looked> = {}): Part => ({
  plane,
  count,
  next,
  unnamed: 0,
  unknown: [],
  ...more,
})
/** Somebody at a terminal for whom every look at the clock is half a second later. */
const watching = () => {
  const said: string[] = []
  let now = 0
  const terminal = {
    isWatched: true,
    quiet: false,
    talk: (text: string) => said.push(text),
    warn: (text: string) => said.push(text),
  } as unknown as Terminal
  const io = { now: () => (now += 500) }
  return { said, terminal, invocation: { terminal, io } as unknown as Invocation }
}

describe('A look at a ledger that is longer than one question looks at', () => {
  const lookAt = async (parts: readonly Part[], enough = Number.POSITIVE_INFINITY) => {
    const { said, invocation } = watching()
    const asked: string[] = []
    const found = await lookOn(invocation, parts, {
      isEnough: ({ count }) => count >= enough,
      async goOn({ plane, next = 0 }) {
        asked.push(`${plane} ${next}`)
        return [part(plane, 2, next > 1000 ? next - 1000 : undefined, { unnamed: 1 })]
      },
      join: (one, more) => ({ ...more, count: one.count + more.count }),
    })
    return { found, asked, said }
  }

  test('goes on, plane by plane, until nothing is left, and adds up what was found', async () => {
    const { found, asked, said } = await lookAt([part('fin', 3), part('ops', 1, 3000)])
    assert.deepEqual(asked, ['ops 3000', 'ops 2000', 'ops 1000'])
    assert.deepEqual(
      found.map(({ plane, count, unnamed }) => [plane, count, unnamed]),
      [
        ['fin', 3, 0],
        ['ops', 7, 3],
      ],
    )
    assert.match(said.join(), /^looked at ops down to #/)
  })

  test('ends where there is enough', async () => {
    const { asked } = await lookAt([part('ops', 1, 3000)], 3)
    assert.deepEqual(asked, ['ops 3000'])
  })
})

test('a name is called unknown where no plane knows it, and a flood without a name is told', () => {
  const { said, terminal } = watching()
  const nobody: Unknown = { field: 'agent', value: 'lime', meant: '; did you mean line?' }
  const elsewhere: Unknown = { field: 'server', value: 'mes', meant: '' }
  tellBeside(terminal, [
    part('fin', 0, undefined, { unknown: [nobody, elsewhere], unnamed: 1200 }),
    part('ops', 0, undefined, { unknown: [nobody], unnamed: 34 }),
  ])
  assert.deepEqual(said, [
    '1,234 refusals of floods were counted without saying whose they were: they are not among these.',
    'There is no agent "lime" now; did you mean line?',
  ])
})
