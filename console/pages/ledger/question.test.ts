import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRange } from '../../filters/time.ts'
import { askOf, landingOf, readQuestion } from './question.ts'

const day = readRange('24h') ?? assert.fail()

test('a question names fields; what names none is kept, and told of', () => {
  const { filters, loose } = readQuestion(
    'capability:bank/pay -agent:"smoke test" invoice colour:red',
  )
  assert.deepEqual(filters, [
    { field: 'capability', not: false, values: ['bank/pay'] },
    { field: 'agent', not: true, values: ['smoke test'] },
  ])
  assert.deepEqual(loose, ['invoice', 'colour:red'])
})

test('a capability without its server is asked for by its name', () => {
  assert.deepEqual(readQuestion('capability:pay').filters, [
    { field: 'name', not: false, values: ['pay'] },
  ])
})

test('several values are any of them, left out are all of them, an unknown field is asked of nobody', () => {
  const filters = [
    { field: 'outcome', not: false, values: ['denied', 'limited'] },
    { field: 'agent', not: true, values: ['a', 'b'] },
    { field: 'arg.line', not: false, values: ['3'] },
    { field: 'colour', not: false, values: ['red'] },
  ]
  assert.deepEqual(askOf(filters, day), {
    since: '24h',
    where: ['agent!=a', 'agent!=b', 'arg.line=3'],
    any: ['result=denied', 'result=limited'],
  })
})

test('ids that are pasted lead to what they are of', () => {
  const call = 'cal_01JD7ZQ4M3V9K2T8C6N5B1H0XA'
  assert.deepEqual(landingOf(` ${call} `), { to: 'call', id: call })
  assert.deepEqual(landingOf('48,207'), { to: 'entry', position: 48_207 })
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
  assert.deepEqual(landingOf(trace), { to: 'trace', id: trace })
  assert.equal(landingOf('planner'), undefined)
})
