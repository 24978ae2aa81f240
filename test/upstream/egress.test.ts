import assert from 'node:assert/strict'
import type { LookupFunction } from 'node:net'
import { after, describe, test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import {
  createEgress,
  defaultEgressLimits,
  type EgressLimits,
  type EgressProblem,
  type EgressRequest,
  type EgressSink,
} from '#lib/egress/egress.ts'
import { listen } from './ground.ts'

const get: EgressRequest = {
  method: 'GET',
  path: '/',
  headers: [],
  body: undefined,
  silenceMs: 20_000,
  endMs: 20_000,
  isStream: false,
}

class Ending implements EgressSink {
  body = ''
  readonly over: Promise<EgressProblem | 'ended'>
  detail = ''
  #settle: (how: EgressProblem | 'ended') => void = () => {}
  constructor() {
    this.over = new Promise((resolve) => {
      this.#settle = resolve
    })
  }
  head(): number {
    return 1_000_000
  }
  data(chunk: Buffer): boolean {
    this.body += chunk.toString('utf8')
    return true
  }
  end(): void {
    this.#settle('ended')
  }
  fail(problem: EgressProblem, detail: string): void {
    this.detail = detail
    this.#settle(problem)
  }
}

function egressTo(
  origin: string,
  options: { lookup?: LookupFunction; limits?: Partial<EgressLimits> } = {},
) {
  const limits = { ...defaultEgressLimits, ...options.limits }
  const egress = createEgress({
    origin,
    clock: systemClock,
    limits,
    ...(options.lookup && { lookup: options.lookup }),
  })
  after(() => egress.close())
  return egress
}

async function ending(egress: ReturnType<typeof egressTo>): Promise<[string, string]> {
  const sink = new Ending()
  egress.send(get, sink)
  return [await sink.over, sink.detail]
}

// trust.md §1 row 25.
describe('nothing is sent to a link-local address', () => {
  for (const host of [
    '169.254.169.254',
    '0xa9fea9fe',
    '2852039166',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::a9fe:a9fe]',
    '[fe80::1]',
    '[fd00:ec2::254]',
  ]) {
    test(`written as ${host}`, async () => {
      const [problem, detail] = await ending(egressTo(new URL(`http://${host}/`).origin))
      assert.equal(problem, 'unreachable')
      assert.match(detail, /is a link-local address, which nothing is sent to/)
    })
  }

  test('behind a name, though another of its addresses is harmless', async () => {
    const { origin } = await listen((_, response) => void response.end('harmless'))
    const lookup: LookupFunction = (_name, _options, callback) =>
      callback(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '169.254.169.254', family: 4 },
      ])
    const named = origin.replace('127.0.0.1', 'metadata.test')
    const [problem, detail] = await ending(egressTo(named, { lookup }))
    assert.equal(problem, 'unreachable')
    assert.match(detail, /link-local/)
  })

  test('behind a name that changes its mind: each connection goes to the address that was looked at', async () => {
    const { origin } = await listen((_, response) => {
      response.setHeader('connection', 'close')
      response.end('mine')
    })
    const answers = ['127.0.0.1', '169.254.169.254']
    const lookup: LookupFunction = (_name, _options, callback) =>
      callback(null, [{ address: answers.shift() ?? '', family: 4 }])
    const egress = egressTo(origin.replace('127.0.0.1', 'flip.test'), { lookup })
    assert.deepEqual(await ending(egress), ['ended', ''])
    const [problem, detail] = await ending(egress)
    assert.equal(problem, 'unreachable')
    assert.match(detail, /link-local/)
  })
})

describe('the way out is bounded', () => {
  test('in connections and in requests that wait for one; what is too much is not sent', async () => {
    let arrived = 0
    const { promise: free, resolve: release } = Promise.withResolvers<void>()
    const { promise: isFull, resolve: full } = Promise.withResolvers<void>()
    const { origin } = await listen(async (_, response) => {
      if (++arrived === 2) full()
      await free
      response.end('done')
    })
    const egress = egressTo(origin, { limits: { connections: 2, waiting: 3 } })
    const sinks = Array.from({ length: 7 }, () => new Ending())
    for (const sink of sinks) egress.send(get, sink)
    await isFull
    assert.deepEqual(await Promise.all(sinks.slice(5).map(({ over }) => over)), ['busy', 'busy'])
    assert.equal(arrived, 2)
    assert.equal(egress.underWay, 5)
    release()
    const ends = await Promise.all(sinks.slice(0, 5).map(({ over }) => over))
    assert.deepEqual(new Set(ends), new Set(['ended']))
    assert.equal(egress.underWay, 0)
  })

  test('streams that stay open leave the calls their connections', async () => {
    const { origin } = await listen((request, response) => {
      if (request.url === '/stream') response.writeHead(200).flushHeaders()
      else response.end('call')
    })
    const egress = egressTo(origin, { limits: { connections: 1, waiting: 10 } })
    const stream = egress.send({ ...get, path: '/stream', isStream: true }, new Ending())
    assert.deepEqual(await ending(egress), ['ended', ''])
    stream.cancel()
  })

  test('a request that was cancelled while it waited is never sent', async () => {
    const paths: string[] = []
    const { promise: free, resolve: release } = Promise.withResolvers<void>()
    const { promise: isBusy, resolve: busy } = Promise.withResolvers<void>()
    const { origin } = await listen(async (request, response) => {
      paths.push(request.url ?? '')
      busy()
      await free
      response.end()
    })
    const egress = egressTo(origin, { limits: { connections: 1, waiting: 10 } })
    const [first, last] = [new Ending(), new Ending()]
    egress.send({ ...get, path: '/first' }, first)
    await isBusy
    const cancelled = egress.send({ ...get, path: '/cancelled' }, new Ending())
    egress.send({ ...get, path: '/last' }, last)
    cancelled.cancel()
    release()
    await Promise.all([first.over, last.over])
    assert.deepEqual(paths, ['/first', '/last'])
  })

  test('a header that is no header is refused after send has returned', async () => {
    const { origin } = await listen((_, response) => void response.end())
    const egress = egressTo(origin)
    const sink = new Ending()
    egress.send({ ...get, headers: ['x-bad', 'a\r\nb: c'] }, sink)
    assert.equal(sink.detail, '', 'nothing is heard before send has returned')
    assert.equal(await sink.over, 'unreachable')
    assert.doesNotMatch(sink.detail, /b: c/)
  })

  test('closing ends what is under way', async () => {
    const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>()
    const { origin } = await listen(() => asked())
    const egress = egressTo(origin)
    const sink = new Ending()
    egress.send(get, sink)
    await isAsked
    await egress.close()
    assert.equal(await sink.over, 'unreachable')
  })
})
