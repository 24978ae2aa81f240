import assert from 'node:assert/strict'
import { test } from 'node:test'
import { legacyRequest, type Question, readAskedFor, undeclaredFor } from './asked.ts'

const asked = (inputRequests: object, more: object = {}) => {
  const result = { resultType: 'input_required', inputRequests, ...more }
  const found = readAskedFor(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result })))
  assert.ok(found)
  return found
}
const only = (request: object): Question => {
  const [question] = asked({ one: request }).questions
  assert.ok(question)
  return question
}
const form = { method: 'elicitation/create', params: { mode: 'form', message: 'm' } }
const url = {
  method: 'elicitation/create',
  params: { mode: 'url', message: 'm', url: 'https://a.example/', elicitationId: 'theirs' },
}
const about = { id: 'ask-1', elicitationId: 'e-1' }
const written = (request: object, revision: '2025-11-25' | '2025-06-18') =>
  JSON.parse(legacyRequest(only(request), { ...about, revision }).toString())

test('each question stands under its key, and the state as it was written', () => {
  const found = asked({ a: form, b: { method: 'roots/list' } }, { requestState: 'x' })
  assert.deepEqual(
    found.questions.map(({ key, method }) => [key, method]),
    [
      ['a', 'elicitation/create'],
      ['b', 'roots/list'],
    ],
  )
  assert.equal(found.requestState, '"x"')
  assert.equal(readAskedFor(Buffer.from('[]')), undefined)
})

test('a question is the request that a legacy server would have sent', () => {
  assert.deepEqual(written(form, '2025-11-25'), { jsonrpc: '2.0', id: 'ask-1', ...form })
  assert.deepEqual(written(form, '2025-06-18').params, { message: 'm' })
  assert.equal(written(url, '2025-11-25').params.elicitationId, 'e-1')
  assert.deepEqual(written({ method: 'roots/list' }, '2025-11-25'), {
    ...{ jsonrpc: '2.0', id: 'ask-1' },
    method: 'roots/list',
  })
})

test('attack: nothing beside method and params of a question reaches a client', () => {
  const smuggled = written({ ...form, id: 'evil', jsonrpc: '1.0', result: {} }, '2025-11-25')
  assert.deepEqual(smuggled, { jsonrpc: '2.0', id: 'ask-1', ...form })
  const tasked = written({ ...form, params: { ...form.params, task: {} } }, '2025-11-25')
  assert.deepEqual(tasked.params, form.params)
})

test('what was declared may be asked for, and nothing else', () => {
  const sampling = { method: 'sampling/createMessage', params: { tools: [] } }
  const rows = [
    [form, {}, 'elicitation'],
    [form, { elicitation: { form: {} } }, undefined],
    [form, { elicitation: { url: {} } }, 'elicitation'],
    [url, { elicitation: { form: {} } }, 'elicitation.url'],
    [url, { elicitation: { url: {} } }, undefined],
    [{ ...form, params: { mode: 'other' } }, { elicitation: { form: {} } }, 'elicitation.url'],
    [sampling, {}, 'sampling'],
    [sampling, { sampling: {} }, 'sampling.tools'],
    [sampling, { sampling: { tools: {} } }, undefined],
    [{ method: 'roots/list' }, {}, 'roots'],
    [{ method: 'roots/list' }, { roots: {} }, undefined],
    [{ method: 'tools/call' }, { roots: {} }, 'tools/call'],
  ] as const
  for (const [request, capabilities, lacks] of rows)
    assert.equal(undeclaredFor(only(request), capabilities), lacks)
})
