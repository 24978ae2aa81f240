import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startWorld, type World } from './world.ts'

describe('The status of the installation', () => {
  let world: World
  before(async () => {
    world = await startWorld()
  })
  after(() => world.stop())

  const statusFor = async (token: string) => {
    const { json } = await world.ask('GET', '/status', { token })
    return json<{ program: string; members: { behind: boolean }[]; revision: number }>()
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
})
