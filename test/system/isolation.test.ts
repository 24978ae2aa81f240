// Needs from Debian: bubblewrap
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { callOf, exchange, type Heard, loanOf, open, runner, serverAt } from '../upstream/ground.ts'

// As root, and with a Node that everybody may run: what a CI machine is.

const CHILD = fileURLToPath(new URL('../upstream/child.ts', import.meta.url))
const told = (heard: Heard): unknown => {
  const { content } = heard.last.result as { content: { text: string }[] }
  return JSON.parse(content[0]?.text ?? '')
}

describe('how a child is kept apart is true', () => {
  test('another user has its own rights and none of our groups', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ours-'))
    after(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'key'), 'canary', { mode: 0o600 })
    const { find } = await open([serverAt('child', { runner: 'child' })], {
      runners: [runner('child', [CHILD], { user: 'nobody' })],
    })
    assert.equal(find('child').health.isolation, 'user nobody')
    const { uid } = told(await exchange(find('child'), callOf('where'))) as { uid: number }
    assert.equal(uid, 65_534)
    const read = await exchange(find('child'), callOf('read', { path: join(folder, 'key') }))
    assert.equal(told(read), 'EACCES')
  })

  test('bubblewrap shows neither our folders nor our processes, and its own process holds no secret', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ours-'))
    after(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'key'), 'canary')
    const document = serverAt('child', { runner: 'child' }, { name: 'key', env: 'CHILD_KEY' })
    const { find } = await open([document], {
      // Its folder is seen wherever the checkout lies, under /tmp too, which the sandbox hides.
      runners: [runner('child', [CHILD], { sandbox: 'bubblewrap', folder: dirname(CHILD) })],
      hidden: [folder],
      loanFor: () => loanOf('canary'),
    })
    assert.equal(find('child').health.isolation, 'bubblewrap')
    const loan = loanOf('canary')
    const path = join(folder, 'key')
    assert.equal(told(await exchange(find('child'), callOf('read', { path }, { loan }))), 'ENOENT')
    const { pid } = told(await exchange(find('child'), callOf('where', {}, { loan }))) as {
      pid: number
    }
    assert.ok(pid < 10)
  })
})
