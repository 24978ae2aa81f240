import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { verifyBundle } from '#ledger/verify/bundle.ts'
import { type Bundle, filesOf } from '../ledger/bundle/sample.ts'
import { startWorld, type World } from './world.ts'

const binding = (name: string, role: string, people: string[], over?: object) => ({
  ...{ kind: 'RoleBinding', plane: 'ops', name, role, people },
  ...(over && { over }),
})

describe('A ledger exported over the API', () => {
  let world: World
  const tokens: Record<string, string> = {}
  before(async () => {
    world = await startWorld()
    await world.apply([
      { kind: 'Plane', name: 'ops' },
      { kind: 'Plane', name: 'finance' },
      {
        ...{ kind: 'Server', plane: 'ops', name: 'mail', owner: 'it' },
        upstream: { url: 'https://mail.internal/mcp' },
      },
      binding('audits', 'auditor', ['audrey']),
      binding('mail-only', 'auditor', ['max'], { server: 'mail' }),
      binding('dev', 'developer', ['dana']),
    ])
    for (const name of ['audrey', 'max', 'dana']) tokens[name] = await world.signIn(name)
  })
  after(() => world.stop())

  const exported = async (name: string, plane = 'ops') =>
    world.ask('POST', `/planes/${plane}/ledger/export`, { token: tokens[name], body: {} })

  test('proves itself to its auditor, and says in the ledger who took it', async () => {
    const answer = await exported('audrey')
    assert.equal(answer.status, 200)
    const lines = answer.text.trim().split('\n')
    assert.deepEqual(JSON.parse(lines.pop() ?? ''), { end: true })
    const files: Bundle = new Map()
    for (const line of lines) {
      const { file, bytes } = JSON.parse(line)
      const piece = Buffer.from(bytes, 'base64')
      files.set(file, Buffer.concat([files.get(file) ?? Buffer.alloc(0), piece]))
    }
    const { findings, manifest } = await verifyBundle(filesOf(files))
    assert.deepEqual(findings.list, [])
    assert.equal(manifest?.by, 'person:audrey')
  })

  test('is refused to whoever may not read all of its plane', async () => {
    for (const name of ['max', 'dana']) assert.equal((await exported(name)).status, 403, name)
    // Whose plane it is not, it is hidden from.
    assert.equal((await exported('audrey', 'finance')).status, 404)
  })
})
