import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCourse, type Round } from './course.ts'
import type { Reply } from './reply.ts'

const round = (name: string): Round => ({ asked: name, sending: { call: {} } }) as never
const silent: Reply = { openEvents() {}, relay: () => true, finish() {}, onGone() {}, onDrain() {} }

/** A call, and all that it did: rounds that were begun, answers and refusals that went to its server. */
const start = (next: (number: number) => Promise<Round | undefined>) => {
  const did: string[] = []
  const course = createCourse({
    first: round('first'),
    reply: silent,
    next(_round, number) {
      did.push(`round ${number}`)
      return next(number)
    },
    async say({ asked }, bytes) {
      did.push(`${asked}: ${Buffer.from(bytes)}`)
      return 200
    },
    refuse: (_round, id) => void did.push(`refused ${id}`),
    opened() {},
    closed() {},
    over: () => void did.push('over'),
  })
  course.questions.onRefused(() => void did.push('quit'))
  const answer = (id: string) => course.questions.answer(id, Buffer.from(`answer ${id}`))
  return { course, did, answer }
}
const named = async (number: number) => round(`round ${number}`)

test('the first answer begins the round of all that was asked with it, before it goes out', async () => {
  const { course, did, answer } = start(named)
  for (const id of ['a', 'b']) course.questions.put(id)
  await Promise.all([answer('b'), answer('a')])
  course.questions.put('c')
  await answer('c')
  assert.deepEqual(did, [
    ...['round 1', 'round 1: answer b', 'round 1: answer a'],
    ...['round 2', 'round 2: answer c'],
  ])
  assert.equal((await course.last())?.asked, 'round 2')
})

test('where the round is refused, or could not be recorded, no answer goes out and the call is over', async () => {
  const { course, did, answer } = start(async () => undefined)
  for (const id of ['a', 'b']) course.questions.put(id)
  await Promise.all([answer('a'), answer('b'), answer('a')])
  assert.deepEqual(did, ['round 1', 'refused a', 'refused b', 'over', 'quit'])
  assert.equal(await course.last(), undefined)
  assert.notEqual(course.questions.put('c'), undefined)
})

test('an answer counts once, and not after the call has ended or its question was put back', async () => {
  const { course, did, answer } = start(named)
  for (const id of ['a', 'b', 'c']) course.questions.put(id)
  assert.equal(course.questions.put('a'), 'twice')
  course.questions.withdraw('b')
  for (const id of ['b', 'nobody asked', 'a', 'a']) assert.ok((await answer(id)) < 300)
  await course.last()
  await answer('c')
  assert.deepEqual(did, ['round 1', 'round 1: answer a', 'over'])
})

test('attack: a call that ends while a round begins has that round for its last, and its answer goes nowhere', async () => {
  const { promise, resolve } = Promise.withResolvers<Round>()
  const { course, did, answer } = start(() => promise)
  course.questions.put('a')
  const answered = answer('a')
  await Promise.resolve()
  const last = course.last()
  resolve(round('late'))
  await answered
  assert.equal((await last)?.asked, 'late')
  assert.deepEqual(did, ['round 1', 'over'])
})
