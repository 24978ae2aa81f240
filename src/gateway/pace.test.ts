import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { createPace } from './pace.ts'

const caller = (client: string) => ({ view: { client } }) as never
const isFlood = (thrown: unknown) => thrown instanceof Fault && thrown.code === 'flood'

test('one caller asks one server so often in a second and no more, and keeps nobody else from it', () => {
  let now = 1000
  const pace = createPace({ perSecond: 2, now: () => now })
  const ask = (who = 'a', server = 's') => pace.keep(planeId('ops'), server, caller(who))
  ask()
  ask()
  assert.throws(() => ask(), isFlood)
  ask('b')
  ask('a', 't')
  now = 1999
  assert.throws(() => ask(), isFlood)
  now = 2000
  ask()
})
