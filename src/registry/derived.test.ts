import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Capability } from '#domain/capability.ts'
import type { ServerDocument } from '#domain/documents.ts'
import { serverName } from '#domain/name.ts'
import { withVariants } from './derived.ts'

const capability = (
  kind: Capability['kind'],
  name: string,
  state: Capability['state'] = 'pinned',
): Capability => ({
  server: serverName('calendar'),
  kind,
  name,
  fingerprint: `of ${name}`,
  definition: { name, inputSchema: { type: 'object' }, outputSchema: {} },
  state,
  version: 1,
})
const document = (members: Partial<ServerDocument>): ServerDocument => ({
  apiVersion: 'bailiwick/v1',
  kind: 'Server',
  plane: 'ops',
  name: 'calendar',
  owner: 'o',
  upstream: { runner: 'calendar' },
  ...members,
})
const read = { class: 'read' } as const
const redacted = { ...read, variantOf: 'read', remove: ['$.email'] }
const names = (capabilities: readonly Capability[]) =>
  capabilities.map(({ kind, name, state }) => `${kind} ${name} ${state}`)

describe('A variant', () => {
  test('is offered as its base is, and stands as its base stands', () => {
    const tools = { read, read_less: redacted }
    for (const state of ['pinned', 'held', 'absent'] as const) {
      const found = withVariants([capability('tool', 'read', state)], document({ tools }))
      assert.deepEqual(names(found), [`tool read ${state}`, `tool read_less ${state}`])
      const [base, variant] = found
      assert.notEqual(variant?.fingerprint, base?.fingerprint)
      assert.deepEqual(variant?.classification, redacted)
      assert.equal(variant?.definition.outputSchema, undefined)
    }
  })

  test('of what is not offered is not offered', () => {
    assert.deepEqual(withVariants([], document({ tools: { read, read_less: redacted } })), [])
  })

  test('has its name alone: what the server itself calls so is shown to nobody', () => {
    const posing = { ...capability('tool', 'read_less'), classification: redacted }
    const tools = { read, read_less: redacted }
    const found = withVariants([capability('tool', 'read'), posing], document({ tools }))
    assert.deepEqual(names(found), ['tool read pinned', 'tool read_less pinned'])
    assert.notEqual(found[1]?.fingerprint, posing.fingerprint)
    assert.deepEqual(withVariants([posing], document({ tools })), [])
  })

  test('of a template is read by the same variables, or it is none', () => {
    const base = capability('template', 'cal://{room}/today')
    const variant = { ...read, variantOf: base.name, mask: ['$.who'] }
    const offered = (name: string) =>
      names(withVariants([base], document({ resources: { [base.name]: read, [name]: variant } })))
    assert.deepEqual(offered('cal://{room}/today/less').slice(1), [
      'template cal://{room}/today/less pinned',
    ])
    for (const name of ['cal://less', 'cal://{hall}/today', 'cal://{room}/{day}'])
      assert.deepEqual(offered(name).slice(1), [])
  })
})
