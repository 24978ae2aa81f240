import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { startWorld, type World } from './world.ts'

const consumer = (name: string, plane = 'ops') => ({ kind: 'Consumer', plane, name })

describe('The events', () => {
  let world: World
  const tokens: Record<string, string> = {}
  before(async () => {
    world = await startWorld()
    await world.apply([
      { kind: 'Plane', name: 'ops' },
      { kind: 'Plane', name: 'fin' },
      { kind: 'RoleBinding', plane: 'ops', name: 'soc', role: 'soc', people: ['sam'] },
    ])
    tokens.sam = await world.signIn('sam')
    tokens.root = await world.signIn('root', { administrator: true })
  })
  after(() => rm(world.data, { recursive: true, force: true }))

  interface Event {
    readonly id: number
    readonly event: string
    readonly data: { revision: number; planes: string[] }
  }
  const listen = async (who: string, lastEventId?: number) => {
    const url = new URL(`${world.origin}/api/v1/events`)
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${tokens[who]}`,
        ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
      }
      request(url, { headers, agent: false }, resolve).once('error', reject).end()
    })
    assert.equal(response.headers['content-type'], 'text/event-stream')
    response.setEncoding('utf8')
    let text = ''
    const events: Event[] = []
    const waiting: (() => void)[] = []
    response.on('data', (chunk: string) => {
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = new Map(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
        )
        text = text.slice(end + 2)
        const data = lines.get('data')
        if (data !== undefined)
          events.push({
            id: Number(lines.get('id')),
            event: lines.get('event') ?? '',
            data: JSON.parse(data),
          })
      }
      for (const wake of waiting.splice(0)) wake()
    })
    const ended = new Promise<void>((resolve) => response.once('end', resolve))
    return {
      events,
      ended,
      async count(many: number) {
        while (events.length < many) await new Promise<void>((resolve) => waiting.push(resolve))
        return events
      },
      close: () => response.destroy(),
    }
  }

  /** The gateway notices a moment later that others were closed. */
  const listenAgain = async (who: string) => {
    while ((await probe(who)) === 429) await new Promise((resolve) => setImmediate(resolve))
    return listen(who)
  }
  const probe = (who: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${tokens[who]}` }
      const sent = request(`${world.origin}/api/v1/events`, { headers, agent: false }, (answer) => {
        answer.destroy()
        resolve(answer.statusCode)
      })
      sent.once('error', reject).end()
    })

  test('tell a revision as soon as it stands, to those who may read it alone', async () => {
    const sam = await listen('sam')
    const root = await listen('root')
    const fin = await world.apply([consumer('a', 'fin')], 'fin')
    const ops = await world.apply([consumer('a')], 'ops')
    const told = await root.count(2)
    assert.deepEqual(
      told.map(({ id, data }) => [id, data.planes]),
      [
        [fin, ['fin']],
        [ops, ['ops']],
      ],
    )
    assert.deepEqual(
      (await sam.count(1)).map(({ id, event }) => [id, event]),
      [[ops, 'revision']],
    )
    sam.close()
    root.close()
  })

  test('resume behind the last one that was read, and miss none of many', async () => {
    const from = world.started.installation.change.current().revision
    for (let n = 0; n < 120; n++) await world.apply([consumer(`many-${n}`)], `many-${n}`)
    const sam = await listen('sam', from)
    const events = await sam.count(120)
    assert.deepEqual(
      events.map(({ id }) => id),
      Array.from({ length: 120 }, (_, n) => from + 1 + n),
    )
    sam.close()
  })

  test('are open eight times for one person, and not once more', async () => {
    const open = []
    for (let n = 0; n < 8; n++) open.push(await listen('sam'))
    const one = await world.ask('GET', '/events', { token: tokens.sam })
    assert.equal(one.status, 429)
    for (const stream of open) stream.close()
  })

  test('end where the token is revoked', async () => {
    const { people } = world.started.installation
    const sam = await listenAgain('sam')
    for (const { id } of await people.tokens('sam')) await people.revoke('sam', id, 'test')
    await world.apply([consumer('after-revoke')], 'x')
    await sam.ended
    assert.deepEqual(sam.events, [])
  })

  test('end when the installation stops', async () => {
    const root = await listen('root')
    await world.started.stop()
    await root.ended
  })
})
