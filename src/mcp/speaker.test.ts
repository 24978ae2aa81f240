import assert from 'node:assert/strict'
import { test } from 'node:test'
import { envelopeOf, readSpeaker, UNKNOWN_SPEAKER } from './speaker.ts'

const declared = {
  elicitation: { url: {} },
  sampling: { tools: {}, context: {} },
  roots: { listChanged: true },
  tasks: { list: {} },
  experimental: { x: {} },
}
const capabilitiesIn = (revision: Parameters<typeof readSpeaker>[1], capabilities: unknown) => {
  const speaker = readSpeaker({ capabilities }, revision)
  assert.ok('capabilities' in speaker)
  return speaker.capabilities
}

test('what is declared is what that revision can be asked for', () => {
  assert.deepEqual(capabilitiesIn('2025-11-25', declared), {
    elicitation: { url: {} },
    sampling: { tools: {}, context: {} },
    roots: {},
  })
  assert.deepEqual(capabilitiesIn('2025-06-18', declared), {
    elicitation: { form: {} },
    sampling: {},
    roots: {},
  })
  assert.deepEqual(capabilitiesIn('2025-03-26', declared), { sampling: {}, roots: {} })
  assert.deepEqual(capabilitiesIn('2025-11-25', { elicitation: {} }), { elicitation: { form: {} } })
  for (const none of [undefined, null, [], 'x', { roots: true }])
    assert.deepEqual(capabilitiesIn('2025-11-25', none), {})
})

test('who it is has a bound, and its pictures are left out', () => {
  const clientInfo = { name: 'a', version: '1', icons: [{ src: 'x'.repeat(5000) }] }
  assert.deepEqual(readSpeaker({ clientInfo }, '2025-11-25'), {
    capabilities: {},
    info: { name: 'a', version: '1' },
  })
  const long = { name: 'a'.repeat(1100), version: '1' }
  assert.match(
    JSON.stringify(readSpeaker({ clientInfo: long }, '2025-11-25')),
    /more than 1024 bytes/,
  )
})

test('the envelope says it anew, and a level only where one was set', () => {
  const meta = (level: string | undefined) => JSON.parse(`{${envelopeOf(UNKNOWN_SPEAKER, level)}}`)
  assert.deepEqual(meta(undefined), {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  })
  assert.equal(meta('error')['io.modelcontextprotocol/logLevel'], 'error')
})
