import assert from 'node:assert/strict'
import { test } from 'node:test'
import { saidBy, teamsGiven } from './given-teams.ts'

const rules = [
  { team: 'soc', claim: 'groups', values: ['analysts', 'leads'] },
  { team: 'operations', claim: ['resource_access', 'gateway', 'roles'], values: ['operator'] },
  { team: 'staff', claim: 'employee', values: [true] },
  { team: 'soc', claim: 'level', values: [3] },
]
const given = (claims: Parameters<typeof saidBy>[0]) => teamsGiven(saidBy(claims, rules), rules)

test('a team is given by a value, by one of a list, and by a claim inside another', () => {
  assert.deepEqual(given({ groups: 'analysts' }), ['soc'])
  assert.deepEqual(given({ groups: ['x', 'leads'], employee: true }), ['soc', 'staff'])
  assert.deepEqual(given({ resource_access: { gateway: { roles: ['operator'] } } }), ['operations'])
  assert.deepEqual(given({ groups: ['analysts'], level: 3 }), ['soc'])
})

test('nothing else gives one: no other spelling, no other type, no value inside', () => {
  for (const claims of [
    {},
    { groups: 'Analysts' },
    { groups: 'analysts ' },
    { groups: 'analysts leads' },
    { groups: [['analysts']] },
    { groups: { analysts: true } },
    { groups: null },
    { employee: 'true' },
    { employee: 1 },
    { level: '3' },
    { resource_access: { gateway: 'operator' } },
    { 'resource_access.gateway.roles': ['operator'] },
  ])
    assert.deepEqual(given(claims), [], JSON.stringify(claims))
})

test('what is kept is what rules ask for, and what they no longer say gives nothing', () => {
  const said = saidBy({ groups: ['analysts', 'payroll', 'leads'], email: 'ana' }, rules)
  assert.deepEqual(said, { '["groups"]': ['analysts', 'leads'] })
  assert.deepEqual(teamsGiven(said, [{ team: 'soc', claim: 'groups', values: ['leads'] }]), ['soc'])
  assert.deepEqual(teamsGiven(said, [{ team: 'soc', claim: 'roles', values: ['leads'] }]), [])
  assert.deepEqual(teamsGiven(said, [{ team: 'soc', claim: 'groups', values: ['payroll'] }]), [])
})
