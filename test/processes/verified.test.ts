import assert from 'node:assert/strict'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { planeId } from '#domain/name.ts'
import type { Verification } from '#ledger/verified.ts'
import { startInstallation } from '../../src/compose.ts'
import { documents, plane } from '../gateway/plane.ts'
import { password, send } from '../manager/world.ts'
import { startProcesses } from '../peers/processes.ts'

let processes: Awaited<ReturnType<typeof startProcesses>>
let here: Awaited<ReturnType<typeof startInstallation>>
let folder: string
before(async () => {
  processes = await startProcesses(2, documents(plane()))
  folder = await mkdtemp(join(tmpdir(), 'bailiwick-here-'))
  await copyFile(processes.rootKey, join(folder, 'root.key'))
  const store = { store: processes.url, origin: processes.origin, sample: false }
  here = await startInstallation({ data: folder, listen: '127.0.0.1:0', ...store, print() {} })
})
after(async () => {
  await here?.stop()
  await processes?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('what a verification by one process found is told by each other one, and after a start', async () => {
  const { people, trees } = here.installation
  // Whoever keeps it signs once a second, of its own.
  while (!(await trees.status(planeId('ops'))).checkpoint) await pause(20)
  const about = { title: undefined, administrator: true, password, by: 'test' }
  await people.put({ name: 'audrey', ...about })
  const headers = { host: new URL(processes.origin).host }
  const ask = (n: number, method: string, path: string, body?: object, token?: string) =>
    send(new URL(`${processes.origins()[n]}/api/v1${path}`), method, { body, token, headers })
  const session = await ask(0, 'POST', '/session', { name: 'audrey', password })
  const { token } = session.json<{ token: string }>()
  const verifiedAt = async (n: number): Promise<Verification | undefined> => {
    const answer = await ask(n, 'GET', '/planes/ops/status', undefined, token)
    assert.equal(answer.status, 200, answer.text)
    return answer.json<{ verified?: Verification }>().verified
  }
  const verify = async (n: number): Promise<void> => {
    const { status, text } = await ask(n, 'POST', '/planes/ops/ledger/verify', {}, token)
    assert.equal(status, 200, text)
    assert.match(text, /"verdict"/)
  }

  assert.equal(await verifiedAt(0), undefined)
  await verify(0)
  const first = await verifiedAt(0)
  assert.equal(first?.by, 'person:audrey')
  assert.equal(first?.count, 0)
  assert.ok(first && first.entries > 0 && first.entries === first.ofEntries)
  assert.deepEqual(await verifiedAt(1), first)

  await processes.postgres.query(
    `set session_replication_role = replica;
     update ledger_entry set body = replace(body, '"v":1', '"v":2') where (plane, id) =
       (select plane, id from ledger_position where plane = 'ops' and position = 1)`,
    processes.url,
  )
  await verify(1)
  const second = await verifiedAt(1)
  assert.match(second?.problem ?? '', /^entry 1: /)
  assert.deepEqual(await verifiedAt(0), second)

  await processes.at(0).kill()
  await processes.at(1).kill()
  await processes.replace(0)
  assert.deepEqual(await verifiedAt(0), second)
})
