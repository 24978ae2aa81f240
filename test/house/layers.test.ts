import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

// A rule that never fires is no rule: a small tree breaks each one once.

const root = fileURLToPath(new URL('../..', import.meta.url))

const broken: Record<string, Record<string, string>> = {
  'lib-not-upwards': { 'src/lib/a.ts': "import '#domain/name.ts'" },
  'domain-not-upwards': { 'src/domain/a.ts': "import '#mcp/revisions.ts'" },
  'mcp-not-upwards': { 'src/mcp/a.ts': "import '#store/store.ts'" },
  'store-not-upwards': { 'src/store/a.ts': "import type { X } from '#change/change.ts'" },
  'change-not-upwards': { 'src/change/a.ts': "import '#vault/vault.ts'" },
  'capabilities-not-upwards': { 'src/quota/a.ts': "import type { X } from '#gateway/serve.ts'" },
  'bridge-not-upwards': { 'src/bridge/a.ts': "import type { X } from '#gateway/serve.ts'" },
  'gateway-not-upwards': { 'src/gateway/a.ts': "import '#edge/agents/listen.ts'" },
  'manager-not-upwards': { 'src/manager/a.ts': "import '#edge/agents/listen.ts'" },
  'capabilities-are-strangers': { 'src/quota/b.ts': "import type { X } from '#vault/vault.ts'" },
  'edges-are-strangers': { 'src/edge/agents/a.ts': "import '#edge/issuer/routes.ts'" },
  'cli-through-the-control-socket': { 'src/cli/b.ts': "import '#edge/agents/listen.ts'" },
  'cli-is-on-top': { 'src/gateway/b.ts': "import '#cli/program.ts'" },
  'only-main-composes': { 'src/gateway/c.ts': "import '../compose.ts'" },
  'main-is-the-end': { 'src/cli/a.ts': "import '../main.ts'" },
  'only-compose-reads-config': { 'src/vault/a.ts': "import '../config.ts'" },
  'only-the-engine-opens-databases': { 'src/ledger/a.ts': "import 'node:sqlite'" },
  'only-the-store-builds-sql': { 'src/registry/a.ts': "import 'kysely'" },
  'only-egress-connects': { 'src/vault/b.ts': "import { request } from 'node:https'" },
  'no-sdk': { 'src/gateway/g.ts': "import type { Tool } from '@modelcontextprotocol/server'" },
  'lib-and-the-protocols-stand-alone': { 'src/rest/b.ts': "import '#domain/name.ts'" },
  'the-protocols-touch-nothing': { 'src/rest/c.ts': "import { readFileSync } from 'node:fs'" },
  'the-verifier-stands-alone': { 'src/ledger/verify/body.ts': "import '#domain/name.ts'" },
  'the-product-knows-no-tests': { 'src/gateway/d.ts': "import '../../test/world.ts'" },
  'the-product-imports-no-tests': {
    'src/gateway/e.ts': "import './e.test.ts'",
    'src/gateway/e.test.ts': 'export {}',
  },
  'crossings-show': { 'src/gateway/f.ts': "import '../domain/name.ts'" },
  'the-console-is-a-client': { 'console/a.ts': "import '../src/lib/clock.ts'" },
  'nothing-imports-the-console': { 'src/edge/ops/a.ts': "import '../../../console/paths.ts'" },
  'no-cycle': {
    'src/vault/c.ts': "import './d.ts'",
    'src/vault/d.ts': "import './c.ts'",
  },
  resolvable: { 'src/vault/e.ts': "import './nowhere.ts'" },
  'shipped-dependencies': { 'src/vault/f.ts': "import 'fast-check'" },
}

const allowed: Record<string, string> = {
  'src/lib/name.test.ts': "import '#gateway/serve.ts'",
  'src/gateway/ok.ts':
    "import type { IncomingMessage } from 'node:http'\nimport '#lib/clock.ts'\nimport '#vault/vault.ts'\nimport './serve.ts'",
  'src/rest/ok.ts':
    "import type { IncomingMessage } from 'node:http'\nimport '#lib/clock.ts'\nimport '#mcp/revisions.ts'",
  'src/quota/ok.ts': "import type { Y } from './types.ts'\nexport type X = 1",
  'src/quota/types.ts': "import type { X } from './ok.ts'\nexport type Y = 1",
  'src/ledger/ok.ts':
    "import '#store/store.ts'\nimport '#change/change.ts'\nimport '#mcp/revisions.ts'",
  'src/store/sqlite/ok.ts': "import 'node:sqlite'\nimport 'kysely'",
  'src/manager/ok.ts': "import '#gateway/serve.ts'\nimport '#vault/vault.ts'",
  'src/cli/types.ts': "import type { X } from '#edge/manager/routes.ts'",
  'src/cli/ok.ts':
    "import '../compose.ts'\nimport '#gateway/serve.ts'\nimport '#edge/control/wire.ts'",
}

const rooms = {
  'console/paths.ts': '',
  'src/lib/clock.ts': '',
  'src/domain/name.ts': '',
  'src/mcp/revisions.ts': '',
  'src/store/store.ts': '',
  'src/change/change.ts': 'export type X = 1',
  'src/vault/vault.ts': 'export type X = 1',
  'src/gateway/serve.ts': 'export type X = 1',
  'src/edge/agents/listen.ts': '',
  'src/edge/control/wire.ts': '',
  'src/edge/issuer/routes.ts': '',
  'src/edge/manager/routes.ts': 'export type X = 1',
  'src/cli/program.ts': '',
  'src/compose.ts': '',
  'src/config.ts': '',
  'src/main.ts': '',
  'test/world.ts': '',
}

type Report = { summary: { violations: { rule: { name: string }; from: string }[] } }

describe('the layers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-layers-'))
  let violations: Report['summary']['violations'] = []

  const write = (files: Record<string, string>) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), `${text}\nexport {}\n`)
    }
  }

  before(() => {
    for (const name of ['package.json', 'tsconfig.json', '.dependency-cruiser.mjs'])
      cpSync(join(root, name), join(folder, name))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    for (const files of [rooms, allowed, ...Object.values(broken)]) write(files)
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/.bin/depcruise'), '--output-type', 'json', 'src', 'console'],
      { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    )
    assert.ok(stdout.startsWith('{'), stderr)
    violations = (JSON.parse(stdout) as Report).summary.violations
  })

  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const [rule, files] of Object.entries(broken))
    test(`${rule} stops whoever breaks it`, () => {
      const found = violations.filter(({ rule: { name }, from }) => name === rule && from in files)
      assert.notEqual(found.length, 0)
    })

  test('what the layers allow is let through', () => {
    assert.deepEqual(
      violations.filter(({ from }) => from in allowed),
      [],
    )
  })

  test('every rule is broken here once', async () => {
    const { default: config } = (await import(join(root, '.dependency-cruiser.mjs'))) as {
      default: { forbidden: { name: string; severity: string }[] }
    }
    assert.deepEqual(
      config.forbidden.map(({ name }) => name).toSorted(),
      Object.keys(broken).toSorted(),
    )
    assert.ok(config.forbidden.every(({ severity }) => severity === 'error'))
  })
})
