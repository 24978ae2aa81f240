import assert from 'node:assert/strict'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { bankCommand, everythingCommand } from '../peers/servers.ts'
import { createTestClock } from '../store/clock.ts'
import {
  callOf,
  exchange,
  Heard,
  loanOf,
  type Opened,
  open,
  outbound,
  runner,
  serverAt,
} from './ground.ts'

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

const child = (args: readonly string[] = [], options: Parameters<typeof open>[1] = {}) =>
  open([serverAt('child', { runner: 'child' })], {
    runners: [runner('child', [CHILD, ...args])],
    ...options,
  })

/** What a deed of the child's answered. */
const told = (heard: Heard): unknown => {
  const { content } = heard.last.result as { content: { text: string }[] }
  return JSON.parse(content[0]?.text ?? '')
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Looks again and again: what is waited for happens in another process. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 2000; looks++) {
    if (await isSo()) return
    await new Promise((done) => setTimeout(done, 10))
  }
  assert.fail('it did not come about')
}

describe('a child process', () => {
  test('that speaks both eras is found to, and serves callers of both', async () => {
    const { args } = bankCommand()
    const { find } = await open([serverAt('bank', { runner: 'bank' })], {
      runners: [runner('bank', args)],
    })
    const bank = find('bank')
    assert.deepEqual(bank.eras, { modern: true, legacy: '2025-11-25' })
    assert.equal(bank.shared, true)
    assert.match(bank.health.detail, /^bank speaks 2026-07-28 and 2025-11-25 \(runner bank\)$/)
    assert.ok((await bank.discover()).length > 10)
    for (const era of ['modern', 'legacy'] as const) {
      const heard = await exchange(bank, callOf('accounts_list', {}, { era, callId: era }))
      assert.equal(heard.last.id, era)
      assert.ok(heard.last.result, heard.texts.join())
      assert.deepEqual(heard.heads, [
        { status: 200, kind: 'json', sessionId: undefined, headers: [] },
      ])
    }
  })

  test('of the legacy era alone is found to be one', async () => {
    const { args } = everythingCommand()
    const { find, lines } = await open([serverAt('everything', { runner: 'everything' })], {
      runners: [runner('everything', args)],
    })
    assert.deepEqual(find('everything').eras, { modern: false, legacy: '2025-11-25' })
    const tools = (await find('everything').discover()).filter(({ kind }) => kind === 'tool')
    assert.equal(tools.length, 13)
    const heard = await exchange(
      find('everything'),
      callOf('echo', { message: 'canary' }, { era: 'legacy', callId: 'a' }),
    )
    assert.match(heard.texts[0] ?? '', /canary/)
    assert.ok(lines.some((line) => line.includes('Starting default (STDIO) server')))
  })

  test('that ends at a question before the handshake is asked without it', async () => {
    const { find } = await child(['--dies-at', 'server/discover'])
    assert.deepEqual(find('child').eras, { modern: false, legacy: '2025-11-25' })
    assert.equal(find('child').health.state, 'up')
  })

  test('that ends at the handshake is asked without that', async () => {
    const { find } = await child(['--dies-at', 'initialize'])
    assert.deepEqual(find('child').eras, { modern: true, legacy: undefined })
    assert.equal(find('child').health.restarts, 0)
  })

  test('that is silent at that question is asked the other when patience ends', async () => {
    const { find } = await child(['--deaf-to', 'server/discover'], {
      limits: { probeTimeoutMs: 50 },
    })
    assert.deepEqual(find('child').eras, { modern: false, legacy: '2025-11-25' })
  })

  test('that knows no handshake is modern', async () => {
    const { find } = await child(['--no', 'initialize'])
    assert.deepEqual(find('child').eras, { modern: true, legacy: undefined })
  })

  test('that keeps to the era it was first spoken to in is spoken to in the modern one', async () => {
    const { find } = await child(['--one-era'])
    assert.deepEqual(find('child').eras, { modern: true, legacy: undefined })
    assert.ok((await exchange(find('child'), callOf('echo'))).last.result)
  })

  test('that speaks neither is down', async () => {
    const { find } = await child(['--no', 'initialize', '--no', 'server/discover'])
    assert.equal(find('child').health.state, 'down')
    assert.match(find('child').health.detail, /speaks none of our revisions/)
  })

  test('is only what the operator has named: an unknown runner starts nothing', async () => {
    const { find } = await open([serverAt('child', { runner: 'no-such' })])
    assert.equal(find('child').health.state, 'down')
    assert.match(find('child').health.detail, /needs the runner no-such/)
    const heard = await exchange(find('child'), callOf('echo'))
    assert.equal(heard.failure?.code, 'upstream_unreachable')
  })

  test('whose program is not there is down, and says so', async () => {
    const { find } = await open([serverAt('child', { runner: 'child' })], {
      runners: [runner('child', [], { command: '/no/such/program' })],
    })
    assert.match(
      find('child').health.detail,
      /\/no\/such\/program of the runner child cannot be run/,
    )
  })

  test('gets its arguments as they are: no shell reads them', async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'runner-')))
    after(() => rm(folder, { recursive: true }))
    const args = [CHILD, '--says-at-start', '$(touch pwned); `touch pwned` && touch pwned > pwned']
    const { find, lines } = await open([serverAt('child', { runner: 'child' })], {
      runners: [runner('child', args, { folder })],
    })
    const { cwd } = told(await exchange(find('child'), callOf('where'))) as { cwd: string }
    assert.equal(cwd, folder)
    assert.ok(lines.some((line) => line.includes('$(touch pwned)')))
    await assert.rejects(readFile(join(folder, 'pwned')))
  })

  test('gets a message as one line, whatever white space is in it', async () => {
    const { find } = await child()
    const message = callOf('echo', { text: 'a\nb\r\u2028' }, { callId: 4 })
    const pretty = JSON.stringify(JSON.parse(Buffer.from(message.body).toString()), null, '\r\n\t')
    const heard = await exchange(find('child'), { ...message, body: Buffer.from(pretty) })
    const { arguments: args } = told(heard) as { arguments: unknown }
    assert.deepEqual(args, { text: 'a\nb\r\u2028' })
  })
})

// trust.md §1 row 9.
describe('callers share a child safely', () => {
  test('200 at once with the ids 0 to 9 and the same tokens: each hears its own answer alone', async () => {
    const { find } = await child()
    const count = 200
    const calls = Array.from({ length: count }, (_, i) => {
      const era = i % 2 === 0 ? 'modern' : 'legacy'
      const callId = i % 3 === 0 ? String(i % 10) : i % 10
      return { era, callId, canary: `canary ${i}` } as const
    })
    const all = await Promise.all(
      calls.map(({ canary, ...more }) =>
        exchange(
          find('child'),
          callOf('gather', { canary, of: count }, { ...more, meta: { progressToken: 1 } }),
        ),
      ),
    )
    for (const [i, heard] of all.entries()) {
      assert.equal(heard.failure, undefined)
      assert.equal(heard.texts.length, 1)
      assert.deepEqual(heard.last.id, calls[i]?.callId)
      assert.equal(told(heard), calls[i]?.canary)
    }
  })

  test('ten thousand calls with aborts in between: no answer crosses over', async () => {
    const { find } = await child()
    let crossings = 0
    let answered = 0
    const one = async (i: number) => {
      const heard = new Heard()
      const sent = find('child').send(callOf('echo', { canary: `c${i}` }, { callId: i % 7 }), heard)
      if (i % 5 === 0) {
        sent.cancel('changed my mind')
        return
      }
      await heard.over
      answered++
      const { arguments: args } = told(heard) as { arguments: { canary: string } }
      if (args.canary !== `c${i}` || heard.last.id !== i % 7) crossings++
    }
    for (let i = 0; i < 10_000; i += 250) {
      await Promise.all(Array.from({ length: 250 }, (_, j) => one(i + j)))
    }
    assert.deepEqual({ crossings, answered }, { crossings: 0, answered: 8000 })
  })

  test('an id comes back to the byte', async () => {
    const { find } = await child()
    for (const id of ['"a\\u0062\\"c"', '1.0', '-0', '12345678901234567890', '""', '"1"']) {
      const text = `{"jsonrpc":"2.0","method":"tools/call","id" : ${id} ,"params":{"name":"echo"}}`
      const message = { ...callOf('echo', {}, { era: 'legacy' }), body: Buffer.from(text), id }
      const heard = await exchange(find('child'), message)
      assert.ok(heard.texts[0]?.includes(`"id":${id},`), heard.texts[0])
    }
  })

  test('progress comes under the very token of its caller, and forged tokens reach nobody', async () => {
    const { find } = await child()
    const bystanders = [0, 1].map((i) => {
      const heard = new Heard()
      find('child').send(callOf('hold', {}, { callId: i, meta: { progressToken: 'x' } }), heard)
      return heard
    })
    const untold = new Heard()
    find('child').send(callOf('hold', {}, { callId: 3 }), untold)
    for (const progressToken of ['x', '1', 1, 1000]) {
      const heard = await exchange(
        find('child'),
        callOf('progress', {}, { meta: { progressToken } }),
      )
      const progress = heard.messages.slice(0, -1).map(({ params }) => params)
      assert.deepEqual(
        progress,
        ['mine', 'mine again'].map((said) => ({ progressToken, progress: said })),
      )
      assert.equal(heard.heads[0]?.kind, 'events')
      assert.notEqual(told(heard), progressToken, 'the child never sees the token itself')
    }
    // The child may say what it likes to the calls it holds; what it guesses is heard by no other.
    assert.deepEqual(untold.texts, [])
    for (const heard of bystanders) {
      for (const { params } of heard.messages) {
        assert.equal((params as { progressToken: unknown }).progressToken, 'x')
      }
    }
  })

  test('what belongs to no call is dropped, a changed list is told, and broken lines are counted', async () => {
    const { find, lines } = await child()
    let changes = 0
    find('child').onListChanged(() => {
      changes++
    })
    const bystander = new Heard()
    find('child').send(callOf('hold', {}, { meta: { progressToken: 1 } }), bystander)
    const heard = await exchange(find('child'), callOf('gossip'))
    assert.deepEqual([heard.texts.length, told(heard)], [1, 'told'])
    assert.deepEqual(bystander.texts, [])
    assert.equal(changes, 1)
    assert.equal(lines.filter((line) => line.includes('upstream.broken')).length, 2)
    assert.ok(!lines.join('').includes('gossip'))
  })

  test('the child may ask nothing of us: its requests are refused, its pings answered', async () => {
    const { find } = await child()
    const heard = await exchange(find('child'), callOf('ask'))
    assert.deepEqual(told(heard), [
      { jsonrpc: '2.0', id: 'q"1', error: { code: -32601, message: 'Method not found' } },
      { jsonrpc: '2.0', id: 5, result: {} },
    ])
  })

  test('a cancelled call is cancelled at the child under the id it knows, and its late answer reaches nobody', async () => {
    const { find } = await child()
    const gone = new Heard()
    find('child')
      .send(callOf('hold', {}, { callId: 5 }), gone)
      .cancel('the caller went away')
    const next = await exchange(find('child'), callOf('release', {}, { callId: 5 }))
    const [notice] = told(next) as { params: { requestId: unknown; reason: string } }[]
    assert.equal(typeof notice?.params.requestId, 'number')
    assert.equal(notice?.params.reason, 'the caller went away')
    assert.deepEqual([gone.heads, gone.texts, gone.isOver], [[], [], false])
    assert.equal(next.texts.length, 1)
  })

  test('a call that is not answered in time fails, and the child is told', async () => {
    const clock = createTestClock()
    const { find } = await child([], { clock })
    const heard = new Heard()
    find('child').send(callOf('hold', {}, { timeoutMs: 3000 }), heard)
    clock.advance(3000)
    assert.equal(heard.failure?.code, 'upstream_timeout')
    const next = await exchange(find('child'), callOf('release'))
    assert.equal((told(next) as unknown[]).length, 1)
  })

  test('what a connection is for its one client is refused to callers that share it', async () => {
    const { find } = await child()
    for (const method of ['initialize', 'logging/setLevel', 'resources/subscribe', 'tasks/list']) {
      const heard = await exchange(find('child'), outbound('legacy', { id: 'a', method }))
      assert.equal((heard.last.error as { code: number }).code, -32601)
      assert.equal(heard.last.id, 'a')
    }
    const notice = await exchange(
      find('child'),
      outbound('legacy', { method: 'notifications/roots/list_changed' }),
    )
    assert.deepEqual([notice.heads[0]?.status, notice.texts], [202, []])
    const stream = await exchange(
      find('child'),
      outbound('legacy', { method: '' }, { httpMethod: 'GET' }),
    )
    assert.equal(stream.heads[0]?.status, 405)
  })

  test('a slow caller holds up nobody, and is given all of it when it is ready', async () => {
    const { find } = await child()
    const slow = new Heard()
    slow.ready = false
    const sent = find('child').send(callOf('chatter', {}, { meta: { progressToken: 1 } }), slow)
    await slow.has(1)
    await exchange(find('child'), callOf('echo'))
    assert.equal(slow.texts.length, 1)
    slow.ready = true
    sent.resume()
    await slow.over
    assert.equal(slow.texts.length, 101)
  })

  test('a caller that never takes what is kept for it fails in the end', async () => {
    const { find } = await child([], { limits: { messageBytes: 20_000 } })
    const slow = new Heard()
    slow.ready = false
    find('child').send(callOf('chatter', {}, { meta: { progressToken: 1 } }), slow)
    await slow.over
    assert.equal(slow.failure?.code, 'upstream_too_large')
    assert.ok((await exchange(find('child'), callOf('echo'))).last.result)
  })

  test('a line longer than accepted is dropped alone', async () => {
    const { find, lines } = await child([], { limits: { messageBytes: 50_000 } })
    const heard = await exchange(find('child'), callOf('large'))
    assert.deepEqual([heard.texts.length, told(heard)], [1, 'small'])
    assert.equal(lines.filter((line) => line.includes('upstream.broken')).length, 1)
  })
})

describe('a child that fails', () => {
  /** Lets pauses pass, so that a child that is down is tried again. */
  const restarted = async ({ find }: Opened, clock: ReturnType<typeof createTestClock>) => {
    await until(() => {
      clock.advance(400)
      return find('child').health.state === 'up'
    })
  }

  for (const deed of ['die', 'stop']) {
    test(`fails what is under way when it goes (${deed}), and is started again after a pause`, async () => {
      const clock = createTestClock()
      const opened = await child([], { clock })
      const { find } = opened
      let changes = 0
      find('child').onListChanged(() => {
        changes++
      })
      const waiting = new Heard()
      find('child').send(callOf('hold', {}, { callId: 1 }), waiting)
      const heard = await exchange(find('child'), callOf(deed))
      for (const one of [heard, waiting]) {
        assert.equal(one.failure?.code, 'upstream_unreachable')
        assert.match(
          one.failure.detail,
          /child lost its process, which (ended with exit code 3|was ended by SIGKILL)/,
        )
      }
      await until(() => find('child').health.state === 'down')
      const during = await exchange(find('child'), callOf('echo'))
      assert.equal(during.failure?.code, 'upstream_unreachable')
      await restarted(opened, clock)
      assert.ok((await exchange(find('child'), callOf('echo'))).last.result)
      assert.equal(find('child').health.restarts, 1)
      assert.equal(changes, 1)
    })
  }

  test('again and again is tried ever more seldom, and never given up', async () => {
    const clock = createTestClock()
    const { find } = await open([serverAt('child', { runner: 'child' })], {
      runners: [runner('child', [], { command: '/bin/false' })],
      clock,
    })
    const waits = [750, 1500, 3000, 6000, 12_000, 24_000, 45_000, 45_000, 45_000, 45_000]
    const { health } = find('child')
    assert.match(health.detail, /^child ended with exit code 1 \(runner child\)$/)
    for (const [tries, waitMs] of [...waits, 225_000, 225_000].entries()) {
      const isDown = () => find('child').health.state === 'down'
      await until(isDown)
      clock.advance(waitMs - 1)
      assert.ok(isDown(), `it waits ${waitMs} ms`)
      clock.advance(1)
      await until(() => find('child').health.restarts === tries + 1)
    }
    await until(() => /10 times in a row and more/.test(find('child').health.detail))
  })

  test('by flooding its output is ended, and what it wrote is not kept', async () => {
    const clock = createTestClock()
    const { find, lines } = await child([], { clock })
    const before = process.memoryUsage().rss
    const heard = await exchange(find('child'), callOf('flood'))
    assert.equal(heard.failure?.code, 'upstream_unreachable')
    assert.match(heard.failure.detail, /flooded its output and was ended/)
    assert.ok(process.memoryUsage().rss - before < 150 * 1024 * 1024)
    assert.ok(lines.length < 200)
  })

  test('by a line without an end is not kept either', async () => {
    const { find } = await child([], { limits: { messageBytes: 100_000 } })
    const before = process.memoryUsage().rss
    const heard = new Heard()
    find('child').send(callOf('endless', {}, { timeoutMs: 1500 }), heard)
    await heard.over
    assert.equal(heard.failure?.code, 'upstream_timeout')
    assert.ok(process.memoryUsage().rss - before < 150 * 1024 * 1024)
  })
})

// trust.md §1 row 1 and the environment of issue's canary.
describe('what a child gets of us', () => {
  const SECRET = 'canary/9+8?7 "quoted"'
  const withKey = (options: { secret: () => string; version: () => number; args?: string[] }) =>
    open([serverAt('child', { runner: 'child' }, { name: 'key', env: 'CHILD_KEY' })], {
      runners: [
        runner('child', [CHILD, ...(options.args ?? [])], { environment: { NAMED: 'yes' } }),
      ],
      loanFor: () => loanOf(options.secret(), options.version()),
    })

  test('is the named environment, a plain PATH and what it was lent, and nothing else', async () => {
    process.env.BAILIWICK_CANARY = 'must not travel'
    after(() => {
      delete process.env.BAILIWICK_CANARY
    })
    const { find } = await withKey({ secret: () => SECRET, version: () => 1 })
    const { env } = told(
      await exchange(find('child'), callOf('env', {}, { loan: loanOf(SECRET) })),
    ) as {
      env: Record<string, string>
    }
    assert.deepEqual(env, {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      NAMED: 'yes',
      CHILD_KEY: SECRET,
    })
  })

  test('a secret stands in the environment of the one child that it was lent to, and in no arguments', async () => {
    const secret = `canary-${process.pid}-secret`
    const { find } = await withKey({ secret: () => secret, version: () => 1 })
    const loan = loanOf(secret)
    const { pid } = told(await exchange(find('child'), callOf('where', {}, { loan }))) as {
      pid: number
    }
    const holders: number[] = []
    for (const entry of await processes()) {
      const [environment, commandLine] = await Promise.all(
        ['environ', 'cmdline'].map((file) =>
          readFile(`/proc/${entry}/${file}`, 'latin1').catch(() => ''),
        ),
      )
      assert.ok(!commandLine?.includes(secret), `arguments of ${entry}`)
      if (environment?.includes(secret)) holders.push(entry)
    }
    assert.deepEqual(holders, [pid])
  })

  test('a new secret starts a new child: calls wait for it, and those under way end with the old', async () => {
    let version = 1
    const { upstreams, find } = await withKey({
      secret: () => `secret ${version}`,
      version: () => version,
    })
    const loan = () => loanOf(`secret ${version}`, version)
    const keyOf = async () => {
      const heard = await exchange(find('child'), callOf('env', {}, { loan: loan() }))
      return (told(heard) as { env: Record<string, string> }).env.CHILD_KEY
    }
    assert.equal(await keyOf(), 'secret 1')
    const old = new Heard()
    find('child').send(callOf('gather', { canary: 'old', of: 1000 }, { loan: loan() }), old)
    version = 2
    upstreams.refresh(find('child').plane, 'key')
    assert.equal(await keyOf(), 'secret 2')
    await old.over
    assert.equal(
      old.failure?.code,
      'upstream_unreachable',
      'it did not end within the time to drain',
    )
    // Without being told, too: the call names the version that it was lent.
    version = 3
    assert.equal(await keyOf(), 'secret 3')
  })

  test('without a secret in the vault it is not started, and its callers are told whose side that is', async () => {
    const { find } = await open(
      [serverAt('child', { runner: 'child' }, { name: 'key', env: 'CHILD_KEY' })],
      { runners: [runner('child', [CHILD])] },
    )
    assert.match(
      find('child').health.detail,
      /needs the credential key, which has no secret in the vault/,
    )
    const heard = await exchange(find('child'), callOf('echo'))
    assert.equal(heard.failure?.code, 'no_credential')
  })

  test('what it says on its error output is logged without the secret, however it spells that', async () => {
    const { find, lines } = await withKey({ secret: () => SECRET, version: () => 1 })
    const spellings = [
      SECRET,
      encodeURIComponent(SECRET),
      Buffer.from(SECRET).toString('base64'),
      Buffer.from(SECRET).toString('base64url'),
      Buffer.from(`user:${SECRET}`).toString('base64'),
      Buffer.from(`a:${SECRET} and more`).toString('base64'),
      Buffer.from(`ab:${SECRET}`).toString('base64'),
      Buffer.from(SECRET).toString('hex'),
      JSON.stringify({ key: SECRET }),
      `${'x'.repeat(1990)}${SECRET}`,
    ]
    const loan = loanOf(SECRET)
    for (const text of spellings) {
      await exchange(find('child'), callOf('say', { text: `key: ${text}` }, { loan }))
    }
    await until(
      () => lines.filter((line) => line.includes('upstream.said')).length === spellings.length,
    )
    const log = lines.join('')
    const forms = [
      SECRET,
      JSON.stringify(SECRET).slice(1, -1),
      encodeURIComponent(SECRET),
      'canary',
    ]
    for (const form of forms) assert.ok(!log.includes(form), form)
    const core = Buffer.from(SECRET).toString('base64').slice(4, 16)
    assert.ok(!log.includes(core))
    assert.ok(!log.includes(Buffer.from(SECRET).toString('hex').slice(8, 24)))
    assert.equal(log.match(/\[secret\]/g)?.length, spellings.length - 1, 'the last is cut off')
  })

  test('a flood of error output is logged as far as a second bears, and counted', async () => {
    const { find, lines } = await child()
    const text = Array.from({ length: 500 }, (_, i) => `line ${i}`).join('\n')
    await exchange(find('child'), callOf('say', { text }))
    await exchange(find('child'), callOf('say', { text }))
    assert.ok(lines.filter((line) => line.includes('upstream.said')).length <= 150)
  })
})

describe('nothing is left behind', () => {
  test('a child that is stopped takes with it whatever it has started', async () => {
    const { upstreams, find } = await child()
    const { pid } = told(await exchange(find('child'), callOf('where'))) as { pid: number }
    const bred = told(await exchange(find('child'), callOf('breed'))) as number
    assert.ok(isAlive(pid) && isAlive(bred))
    await upstreams.close()
    await until(() => !isAlive(pid) && !isAlive(bred))
  })

  test('a child that does not want to go is made to', async () => {
    const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)"
    const args = [
      '--input-type=module',
      '-e',
      `${stubborn}; await import(${JSON.stringify(CHILD)})`,
    ]
    const { upstreams, find } = await open([serverAt('child', { runner: 'child' })], {
      runners: [runner('child', args)],
      limits: { graceMs: 50 },
    })
    const { pid } = told(await exchange(find('child'), callOf('where'))) as { pid: number }
    await upstreams.close()
    await until(() => !isAlive(pid))
  })

  test('a document that is gone ends its child; one that only changed its labels does not', async () => {
    const { upstreams, find } = await child()
    const { pid } = told(await exchange(find('child'), callOf('where'))) as { pid: number }
    const document = serverAt('child', { runner: 'child' })
    await upstreams.follow(find('child').plane, [{ ...document, labels: ['other'], title: 'New' }])
    assert.equal((told(await exchange(find('child'), callOf('where'))) as { pid: number }).pid, pid)
    await upstreams.follow(find('child').plane, [])
    assert.equal(upstreams.list(document.plane as never).length, 0)
    await until(() => !isAlive(pid))
  })
})

async function processes(): Promise<number[]> {
  const { readdir } = await import('node:fs/promises')
  return (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
}
