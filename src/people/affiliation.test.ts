import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IssuerDocument, TeamDocument } from '#domain/documents.ts'
import { planeId } from '#domain/name.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import { affiliationIn, teamsNow } from './affiliation.ts'

const [ops, finance] = [planeId('ops'), planeId('finance')]
const iss = 'https://login.example'
const team = (plane: string, name: string): [string, TeamDocument] => [
  name,
  { apiVersion: 'bailiwick/v1', kind: 'Team', plane, name, people: ['root'] },
]
const planeOf = (
  plane: string,
  signIn: Partial<NonNullable<IssuerDocument['signIn']>> = {},
  issuer = iss,
) => ({
  teams: sortedMap([team(plane, 'soc')]),
  issuers: sortedMap<IssuerDocument>([
    [
      'corp',
      {
        ...{ apiVersion: 'bailiwick/v1', kind: 'Issuer', plane, name: 'corp', owner: 'x', issuer },
        signIn: {
          client: { id: 'bailiwick' },
          teams: [{ team: 'soc', claim: 'groups', values: ['analysts'] }],
          ...signIn,
        },
      },
    ],
  ]),
})
const hour = 3_600_000
const claims = { groups: ['analysts'] }
const about = { person: 'login.example#ana', issuer: iss, claims, at: 0 }
const planes = new Map([
  [ops, planeOf('ops', { manager: true })],
  [finance, planeOf('finance')],
])
const row = affiliationIn(ops, planes, about)
const now = (all = planes, at = 0, isManager = false) => [
  ...teamsNow([row], all, { now: at, isManager }),
]

test('an organisation gives teams in the plane that asked it, and in no other', () => {
  assert.deepEqual(now(), [[ops, ['soc']]])
})

test('what it said is believed for twelve hours, or as long as the document says now', () => {
  assert.equal(now(planes, 12 * hour - 1).length, 1)
  assert.equal(now(planes, 12 * hour).length, 0)
  const longer = new Map([[ops, planeOf('ops', { lasts: '24h' })]])
  assert.equal(now(longer, 12 * hour).length, 1)
  const shorter = new Map([[ops, planeOf('ops', { lasts: '1h' })]])
  assert.equal(now(shorter, hour).length, 0)
})

test('it gives nothing without its Issuer, its team, or by another issuer of that name', () => {
  const { issuers, teams } = planeOf('ops')
  assert.deepEqual(now(new Map()), [])
  assert.deepEqual(now(new Map([[ops, { teams, issuers: sortedMap<IssuerDocument>() }]])), [])
  assert.deepEqual(now(new Map([[ops, { issuers, teams: sortedMap<TeamDocument>() }]])), [])
  assert.deepEqual(now(new Map([[ops, planeOf('ops', {}, 'https://elsewhere.example')]])), [])
})

test('at the Manager it counts where the Issuer signs people in there', () => {
  assert.equal(now(planes, 0, true).length, 1)
  assert.equal(now(new Map([[ops, planeOf('ops')]]), 0, true).length, 0)
})

test('where it said nothing, that is kept too', () => {
  const silent = affiliationIn(ops, planes, { ...about, claims: { groups: ['payroll'] } })
  assert.equal(silent.said, '{}')
  assert.equal(teamsNow([silent], planes, { now: 0, isManager: false }).size, 0)
})
