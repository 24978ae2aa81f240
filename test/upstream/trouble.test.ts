import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { after, describe, test } from 'node:test'
import { asFault } from '#lib/fault.ts'
import { open, runner, serverAt } from './ground.ts'
import { selfSigned } from './self-signed.ts'

const limits = { askTimeoutMs: 300, startTimeoutMs: 300, probeTimeoutMs: 100 }

/** A real peer on a port of loopback. */
const serving = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1')
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}
const answering =
  (status: number, body = '', type = 'text/html'): RequestListener =>
  (request, response) => {
    request.resume()
    response.writeHead(status, { 'content-type': type }).end(body)
  }
const servingTls = async (): Promise<string> => {
  const server = createTlsServer(selfSigned, answering(200)).listen(0, '127.0.0.1')
  after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return `https://localhost:${(server.address() as AddressInfo).port}/mcp`
}
/** Speaks, but no HTTP. */
const speaking = async (text: string): Promise<string> => {
  const server = createTcpServer((socket) => socket.on('error', () => {}).end(text)).listen(
    0,
    '127.0.0.1',
  )
  after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}
const closedPort = async (): Promise<string> => {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}/mcp`
}

describe('what keeps a server from being called is told by whose side it is on', () => {
  const peers: [
    what: string,
    url: () => Promise<string>,
    side: string,
    says: string,
    code: string,
  ][] = [
    ['refuses connections', closedPort, 'network', 'Unreachable (network)', 'upstream_unreachable'],
    [
      ...([
        'has a name without an address',
        async () => 'http://no-such-host.invalid/mcp',
      ] as const),
      ...(['network', 'Unreachable (name)', 'upstream_unreachable'] as const),
    ],
    [
      ...(['speaks no TLS', async () => `https://${await speaking('SSH-2.0-x\r\n')}`] as const),
      ...(['server', 'Unreachable (TLS)', 'upstream_unreachable'] as const),
    ],
    [
      ...(['shows a certificate that nobody signed', servingTls] as const),
      ...(['server', 'Unreachable (TLS)', 'upstream_unreachable'] as const),
    ],
    [
      ...(['speaks no HTTP', async () => `http://${await speaking('SSH-2.0-x\r\n')}`] as const),
      ...(['server', 'Does not speak MCP', 'upstream_broken'] as const),
    ],
    [
      'answers 401',
      () => serving(answering(401)),
      'credential',
      'Credential refused',
      'upstream_refused',
    ],
    [
      'answers 502',
      () => serving(answering(502)),
      'server',
      'Upstream error 502',
      'upstream_broken',
    ],
    [
      ...([
        'answers 500 in JSON',
        () => serving(answering(500, '{}', 'application/json')),
      ] as const),
      ...(['server', 'Upstream error 500', 'upstream_broken'] as const),
    ],
    [
      'answers a page',
      () => serving(answering(200, '<p>Hi')),
      'server',
      'Does not speak MCP',
      'upstream_broken',
    ],
    [
      'answers 404',
      () => serving(answering(404)),
      'server',
      'Does not speak MCP',
      'upstream_broken',
    ],
    ['redirects', () => serving(answering(302)), 'server', 'Does not speak MCP', 'upstream_broken'],
    ['never answers', () => serving(() => {}), 'server', 'No answer in time', 'upstream_timeout'],
    [
      ...(['has a link-local address', async () => 'http://169.254.169.254/mcp'] as const),
      ...(['gateway', 'Refused here (link-local address)', 'upstream_unreachable'] as const),
    ],
  ]
  for (const [what, url, side, says, code] of peers)
    test(`a server that ${what}: ${says}`, async () => {
      const { find } = await open([serverAt('peer', { url: await url() })], { limits })
      const { health, discover } = find('peer')
      assert.equal(health.state, 'down')
      assert.deepEqual(health.trouble, { code, side, says }, health.detail)
      assert.match(health.detail, /^peer /)
      const thrown = await discover().catch(asFault)
      assert.equal('code' in thrown && thrown.code, code, 'whoever asks hears the same')
    })

  const credential = { name: 'key', header: 'Authorization', format: 'Bearer {secret}' }
  test('a server whose credential is not in the vault: Credential not set', async () => {
    const url = await serving(answering(200))
    const { find } = await open([serverAt('peer', { url }, credential)], { limits })
    assert.deepEqual(find('peer').health.trouble, {
      ...{ code: 'no_credential', side: 'credential', says: 'Credential not set' },
    })
  })

  test('a server that forbids what it was lent: Credential refused', async () => {
    const url = await serving(answering(403))
    const loan = { credential: 'key', version: 1, open: () => Buffer.from('secret') }
    const { find } = await open([serverAt('peer', { url }, credential)], {
      limits,
      loanFor: () => loan,
    })
    assert.equal(find('peer').health.trouble?.says, 'Credential refused')
  })

  for (const [what, script, says, side] of [
    ['ends at once', 'process.exit(3)', 'Process ended', 'server'],
    [
      'speaks nonsense',
      'setInterval(() => console.log("hello"), 20)',
      'Does not speak MCP',
      'server',
    ],
  ] as const)
    test(`a process that ${what}: ${says}`, async () => {
      const runners = [runner('child', ['-e', script])]
      const { find } = await open([serverAt('peer', { runner: 'child' })], { runners, limits })
      assert.deepEqual(
        [find('peer').health.trouble?.says, find('peer').health.trouble?.side],
        [says, side],
      )
    })

  test('a runner that the configuration does not have: Not configured', async () => {
    const { find } = await open([serverAt('peer', { runner: 'none' })], { limits })
    assert.deepEqual(find('peer').health.trouble, {
      ...{ code: 'bad_configuration', side: 'gateway', says: 'Not configured' },
    })
  })
})
