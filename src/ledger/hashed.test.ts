import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hashedText } from '#domain/indexed.ts'
import type { PlaneId } from '#domain/name.ts'
import { readAsk } from './ask.ts'
import { holds, lookOf, type Term } from './filter.ts'
import { type PersonalHashes, soughtTerm, withHashes } from './hashed.ts'
import type { CallRecord } from './ledger.ts'

const december = Date.UTC(2026, 11, 1)
const now = Date.UTC(2026, 11, 20)
const hash = hashedText('ab'.repeat(32))
const other = hashedText('cd'.repeat(32))

type Asked = Parameters<PersonalHashes['find']>[0]

const hashed = async (where: string[], more: object = {}, found: string[] = [hash]) => {
  const asked: Asked[] = []
  const hashes: PersonalHashes = {
    async find(about) {
      asked.push(about)
      return found
    },
    sought: async () => ({ hashes: found, since: undefined }),
  }
  const filter = readAsk({ where, ...more }, now)
  const { terms } = await withHashes(filter, 'ops' as PlaneId, hashes)
  return { asked, terms, filter: { ...filter, terms } }
}
const saying = (customer: string) => ({ indexed: { customer } }) as unknown as CallRecord
const only = ([term]: readonly Term[]): Term => {
  assert(term)
  return term
}

describe('a question about a personal argument', () => {
  test('finds what entries hold as a hash, and what they hold as it was given; with != neither', async () => {
    for (const [where, isWanted] of [
      ['arg.customer=4711', true],
      ['arg.customer!=4711', false],
    ] as const) {
      const term = only((await hashed([where])).terms)
      for (const text of [hash, '4711']) assert.equal(holds(term, saying(text)), isWanted, text)
      for (const text of [other, '4712']) assert.equal(holds(term, saying(text)), !isWanted, text)
    }
  })

  test('goes back a day more, for counts of refusals that were written after a month had ended', async () => {
    const since = new Date(december).toISOString()
    const { asked } = await hashed(['arg.customer=4711'], { since, until: '1h' })
    assert.deepEqual(asked, [
      {
        plane: 'ops',
        argument: 'customer',
        texts: ['4711'],
        since: december - 24 * 3_600_000,
        until: now - 3_600_000,
        users: undefined,
      },
    ])
  })

  test('takes the keys of the users that it names, and those of everybody where it names whom it leaves out', async () => {
    assert.deepEqual((await hashed(['arg.a=1'], { user: 'anna' })).asked[0]?.users, ['anna'])
    assert.equal((await hashed(['arg.a=1', 'user!=anna'])).asked[0]?.users, undefined)
  })

  test('asks for no key where it is by a hash, or about no argument', async () => {
    const byHash = await hashed([`arg.customer=${hash}`])
    assert.deepEqual(byHash.asked, [])
    assert.ok(holds(only(byHash.terms), saying(hash)))
    assert.deepEqual((await hashed(['agent=planner'])).asked, [])
  })

  test('attack: the store is not asked for the text alone, or calls with a hash would be missing', async () => {
    const { filter } = await hashed(['arg.customer=4711', 'agent=planner'])
    assert.deepEqual(lookOf(filter).fields, [{ agent: 'planner' }, { reason: 'other' }])
    const plain = await hashed(['arg.customer=4711'], {}, [])
    assert.deepEqual(lookOf(plain.filter).fields?.[0], { 'arg.customer': '4711' })
  })
})

describe('whom a page looks for', () => {
  const day = 24 * 3_600_000
  const look = async (since: number | undefined, cut: number | undefined) => {
    const asked: number[] = []
    const hashes: PersonalHashes = {
      find: async () => [],
      async sought(about) {
        asked.push(about.since)
        return { hashes: [hash], since: cut }
      },
    }
    const about = {
      plane: 'ops' as PlaneId,
      field: 'arg.customer',
      sought: '',
      until: now,
    } as const
    return { asked, ...(await soughtTerm({ ...about, since, most: 10 }, hashes)) }
  }

  test('is found by the hashes of their keys, and by no text', async () => {
    const { term } = await look(undefined, undefined)
    assert.ok(holds(term, saying(hash)))
    for (const text of [other, '', '4711']) assert.equal(holds(term, saying(text)), false, text)
  })

  test('goes back a day more, for counts of refusals that were written after a month had ended', async () => {
    const { asked, since, isCut } = await look(december, undefined)
    assert.deepEqual([asked, since, isCut], [[december - day], december, false])
  })

  test('attack: where there are too many keys, nothing is said of a time of which not all were tried', async () => {
    const { since, isCut } = await look(undefined, december)
    assert.deepEqual([since, isCut], [december + day, true])
  })
})
