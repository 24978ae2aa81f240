import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { connectV2 } from '../peers/clients.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { pathOf } from '../peers/program.ts'
import { type Document, written } from '../stories/documents.ts'
import { createMes } from '../stories/servers/mes.ts'
import { type Serving, serve } from '../stories/servers/serving.ts'

const page = readFileSync(pathOf('docs/permissions.md'), 'utf8')
const blocks = [...page.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].map(
  ([, head = '', body = '']) => ({
    head,
    body,
  }),
)
const files = blocks.flatMap(({ head, body }) =>
  head.startsWith('yaml ') ? [{ path: head.slice('yaml '.length), body }] : [],
)
/** `$ command`, and what it prints after it. */
const commands = blocks
  .filter(({ head }) => head === 'console')
  .flatMap(({ body }) => body.split(/^\$ /m).slice(1))
  .map((text) => {
    const [line = '', ...printed] = text.trimEnd().split('\n')
    return { line, printed: printed.join('\n') }
  })

/** What the page takes for granted. */
const standing = (serving: Serving): Document[] => [
  { kind: 'Plane', name: 'ops' },
  { kind: 'Consumer', plane: 'ops', name: 'plant' },
  ...['3', '4'].map((line) => ({
    ...{ kind: 'Agent', plane: 'ops', name: `line-${line}`, owner: 'production' },
    ...{ consumers: ['plant'], claims: { line, clearance: 'none' } },
  })),
  {
    ...{ kind: 'Server', plane: 'ops', name: 'mes', owner: 'production' },
    upstream: { url: serving.url('mes') },
    tools: { read_telemetry: { class: 'read' }, list_lines: { class: 'write' } },
  },
]

/** Without what is another one at every run. */
const steady = (text: string): string =>
  text
    .replaceAll(/\S*bailiwick --data \S+/g, 'bailiwick')
    .replaceAll(/cal_[0-9A-Z]{8,}…?/g, 'CALL')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')
    .replaceAll(/revision \d+/g, 'REVISION')
    .replaceAll(/#\d+/g, 'POSITION')

describe('docs/permissions.md', () => {
  let serving: Serving
  let gateway: Gateway
  let folder: string

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
    for (const { path, body } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), body)
    }
    serving = await serve({ mes: createMes().make })
    gateway = await startGateway({ documents: written(standing(serving)) })
    const { code, stderr } = await run('bailiwick apply -f permissions.yaml')
    assert.equal(code, 0, stderr)
    await makeCalls()
  })
  after(async () => {
    await gateway?.stop()
    await serving?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const run = (line: string) => {
    const [program, ...words] = line.split(' ')
    assert.equal(program, 'bailiwick')
    return gateway.cli(words.map((one) => (one.endsWith('.yaml') ? join(folder, one) : one)))
  }
  const makeCalls = async () => {
    const url = `${gateway.origin}/mcp/ops/mes`
    const peer = await connectV2(
      { url, token: await gateway.token('line-3', url) },
      { pin: '2026-07-28' },
    )
    for (const sensor of ['belt', 'oven', 'belt'])
      await peer.callTool('read_telemetry', { line: '3', sensor })
    await peer.callTool('read_telemetry', { line: '4', sensor: 'oven' })
    await peer.close()
  }
  /** The newest call, which was refused. */
  const lastCall = async (): Promise<string> => {
    const { stdout } = await gateway.cli(['calls', '--json', 'call', '--most', '1'])
    return JSON.parse(stdout)[0].call
  }

  test('has documents that are taken as they stand, but for the one that a test of its own refuses', async () => {
    assert.equal(files.length, 4)
    for (const { path } of files) {
      const { code, stderr } = await run(`bailiwick apply -f ${path} --dry-run`)
      if (path !== 'careless.yaml') assert.equal(code, 0, `${path}: ${stderr}`)
      else assert.match(stderr, /PolicyTest lines-apart: “No operator of line 3 reads line 4”/)
    }
  })

  test('shows what each command prints', async () => {
    assert.ok(commands.length >= 8)
    for (const { line, printed } of commands) {
      const call = line.includes('why ') ? await lastCall() : ''
      const { code, stdout } = await run(line.replace(/cal_[0-9A-Z]+/, call))
      assert.ok(code === 0 || code === 3, line)
      assert.equal(steady(stdout.trimEnd()), steady(printed), line)
    }
  })

  test('names every option that tries something', () => {
    for (const option of ['--args', '--claim', '--scope', '--user', '--at', '--revision', '-f'])
      assert.ok(page.includes(`\`${option}`) || page.includes(`, \`${option}`), option)
  })
})
