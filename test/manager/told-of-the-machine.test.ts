import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startWorld, type World } from './world.ts'

interface Told {
  readonly id: string
  readonly behind: boolean
  readonly missed: boolean
}

describe('The status of the installation', () => {
  let world: World
  before(async () => {
    world = await startWorld()
  })
  after(() => world.stop())

  const statusFor = async (token: string) => {
    const { json } = await world.ask('GET', '/status', { token })
    return json<{ program: string; members: Told[]; revision: number }>()
  }

  test('tells an administrator alone what is typed on its machine, which may name a folder there', async () => {
    const { installation } = world.started
    Object.assign(installation, { program: './bailiwick --data /srv/secret-place' })
    const asked = await statusFor(await world.signIn('alice', { administrator: true }))
    assert.equal(asked.program, './bailiwick --data /srv/secret-place')
    const { program, members } = await statusFor(await world.signIn('eve'))
    assert.deepEqual([program, members], ['bailiwick', []])
  })

  test('never says of the process that answers that it decides by an older revision', async () => {
    const token = await world.signIn('alice', { administrator: true })
    for (const name of ['ops', 'fin', 'lab']) {
      const revision = await world.apply([{ kind: 'Plane', name }])
      const told = await statusFor(token)
      assert.equal(told.revision, revision)
      assert.deepEqual(
        told.members.map(({ behind }) => behind),
        [false],
      )
    }
  })

  test('misses for an hour a process that went without a word, and none that stopped in order', async () => {
    const { members } = world.started.installation
    const now = Date.now()
    const [self] = await members.list()
    assert(self)
    const seen = (id: string, seenAt: number, left = false) => ({
      ...{ ...self, id, alive: false, seenAt, left },
    })
    const all = [
      self,
      seen('killed', now - 60_000),
      seen('killed-long-ago', now - 3_700_000),
      seen('stopped', now - 60_000, true),
    ]
    Object.assign(members, { list: async () => all })
    const told = await statusFor(await world.signIn('alice', { administrator: true }))
    assert.deepEqual(
      told.members.map(({ id, missed }) => [id, missed]),
      [
        [self.id, false],
        ['killed', true],
        ['killed-long-ago', false],
        ['stopped', false],
      ],
    )
  })
})
