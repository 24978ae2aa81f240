import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { catalog, unbuilt } from '#cli/catalog.ts'
import { createOptions, readPlace, readTarget } from '#cli/command.ts'
import { Fault } from '#lib/fault.ts'
import { baseEnv, pathOf } from '../peers/program.ts'
import { makeFolder, runHere } from './world.ts'

describe('Help', () => {
  for (const { name } of catalog)
    test(`of ${name} opens with two examples that begin with it, and is data`, async () => {
      const { code, stdout, stderr } = await runHere([...name.split(' '), '--help'])
      const [first = '', second = '', third] = stdout.split('\n')
      assert.match(first, /^ {2}\$ .*bailiwick /)
      assert.match(second, /^ {2}\$ .*bailiwick /)
      assert.equal(third, '')
      assert.ok(first.includes(`bailiwick ${name}`), first)
      assert.equal(code, 0)
      assert.equal(stderr, '')
    })

  test('whose reader has gone, as head does, ends without a word', async () => {
    const child = spawn(process.execPath, [pathOf('src/main.ts'), 'schema'], {
      env: baseEnv(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    let said = ''
    child.stderr.on('data', (text: Buffer) => {
      said += text
    })
    const [code] = await once(child, 'exit')
    assert.equal(said, '')
    assert.equal(code, 0)
  })

  test('of the whole program names every command', async () => {
    const { stdout, code } = await runHere(['--help'])
    for (const { name } of catalog) assert.ok(stdout.includes(`  ${name.split(' ')[0]} `), name)
    assert.equal(code, 0)
  })

  test('prints the exit codes', async () => {
    const { stdout, code } = await runHere(['help', 'exit-codes'])
    assert.equal(code, 0)
    for (const exit of [0, 1, 2, 3, 4, 5, 6, 7, 8, 130])
      assert.match(stdout, new RegExp(`^ *${exit}  `, 'm'))
  })

  test('is what a group without its second word answers, as wrong usage', async () => {
    const { stdout, code } = await runHere(['server'])
    assert.match(stdout, /classify/)
    assert.equal(code, 2)
  })
})

describe('Wrong usage', () => {
  const wrong: [string, string[]][] = [
    ['an unknown command', ['calll']],
    ['an unknown option', ['calls', '--frobnicate']],
    ['an unknown field', ['calls', '--json=nothing']],
    ['a missing argument', ['why']],
    ['a target without a tool', ['call', 'ops/bank']],
    ['a number that is none', ['calls', '--most', 'x']],
    ['an unknown topic', ['help', 'everything']],
    ['nothing to apply', ['apply']],
    ['a set that cannot be told', ['apply', '-f', '-']],
    ['a colour that is none', ['calls', '--color=sometimes']],
  ]
  for (const [what, argv] of wrong)
    test(`${what} is 2, on standard error alone`, async () => {
      const { code, stdout, stderr } = await runHere(argv)
      assert.equal(code, 2)
      assert.equal(stdout, '')
      assert.match(stderr, /^(✗ |\{"error":)/)
    })

  test('with --json is one line of JSON on standard error', async () => {
    const { code, stdout, stderr } = await runHere(['apply', '--json'])
    assert.equal(code, 2)
    assert.equal(stdout, '')
    const { error } = JSON.parse(stderr)
    assert.equal(error.code, 'usage')
    assert.equal(error.side, 'caller')
  })

  for (const name of unbuilt)
    test(`"${name}" is refused by name: not built in this version`, async () => {
      const { code, stderr, stdout } = await runHere([...name.split(' '), 'x', '--y', 'z'])
      assert.equal(code, 2)
      assert.equal(stdout, '')
      assert.ok(stderr.includes(`"bailiwick ${name}" is not built in this version`), stderr)
    })
})

describe('A secret in the wrong place', () => {
  const secret = 'hunter2-hunter2'
  const places: string[][] = [
    ['cred', 'set', 'bank-key', secret],
    ['cred', 'set', 'bank-key', `--secret=${secret}`],
    ['cred', 'set', 'bank-key', '--from-stdin', secret],
    ['agent', 'secret', 'planner', secret],
    ['cred', 'set', 'bank-key', `--from-stdin=${secret}`],
  ]
  for (const argv of places)
    test(`is refused and not repeated: ${argv.join(' ').replace(secret, '…')}`, async () => {
      const { code, stdout, stderr } = await runHere(argv)
      assert.equal(code, 2)
      assert.equal(`${stdout}${stderr}`.includes(secret), false, stderr)
    })
})

describe('A data folder', () => {
  test('that is not there is not made by a command that asks', async (t) => {
    const folder = join(await makeFolder(t), 'none')
    const { code, stderr } = await runHere(['calls', '--data', folder])
    assert.equal(code, 8)
    assert.match(stderr, /There is no data folder/)
    assert.match(stderr, /Fix: {3}bailiwick --data .* start/)
  })

  test('of something else is not taken for one', async (t) => {
    const folder = await makeFolder(t)
    await writeFile(join(folder, 'notes.txt'), 'x')
    const { code, stderr } = await runHere(['apply', '-f', folder, '--set', 'x', '--data', folder])
    assert.equal(code, 6, stderr)
    const asked = await runHere(['status', '--data', folder])
    assert.equal(asked.code, 8)
    assert.match(asked.stderr, /is not the data folder of a Bailiwick/)
  })

  test('whose store is a database gets none of its own by a command that does not name it', async (t) => {
    const folder = await makeFolder(t)
    await writeFile(join(folder, 'root.key'), 'x')
    const { code, stderr } = await runHere(['calls', '--data', folder])
    assert.equal(code, 8)
    assert.match(stderr, /its store is a database that was not named/)
    assert.equal(existsSync(join(folder, 'store.db')), false)
  })

  test('is looked at by the doctor without being made', async (t) => {
    const folder = join(await makeFolder(t), 'none')
    const { code, stdout } = await runHere(['doctor', '--data', folder, '--listen', '127.0.0.1:0'])
    assert.equal(code, 3)
    assert.match(stdout, /✗ data folder/)
  })
})

describe('Colour', () => {
  const coloured = async (argv: string[], env: Record<string, string>, isTTY: boolean) => {
    const { stderr } = await runHere([...argv, 'why', 'x', '--data', '/nonexistent'], {
      env,
      isTTY,
    })
    return stderr.includes('\u001B[')
  }
  const table: [string, string[], Record<string, string>, boolean, boolean][] = [
    ['is for terminals', [], {}, true, true],
    ['is not for pipes', [], {}, false, false],
    [
      'goes with NO_COLOR, whatever else is set',
      [],
      { NO_COLOR: '1', CLICOLOR_FORCE: '1' },
      true,
      false,
    ],
    ['goes with CLICOLOR=0', [], { CLICOLOR: '0' }, true, false],
    ['comes with CLICOLOR_FORCE', [], { CLICOLOR_FORCE: '1' }, false, true],
    ['goes on a dumb terminal', [], { TERM: 'dumb' }, true, false],
    ['comes with --color, before all', ['--color'], { NO_COLOR: '1' }, false, true],
    ['goes with --color never', ['--color', 'never'], {}, true, false],
    ['never comes with --json', ['--json', '--color'], {}, true, false],
  ]
  for (const [what, argv, env, isTTY, expected] of table)
    test(what, async () => assert.equal(await coloured(argv, env, isTTY), expected))

  test('is not what tells: --ascii has its own signs', async () => {
    const { stderr } = await runHere(['why', 'x', '--ascii', '--data', '/nonexistent'])
    assert.match(stderr, /^x /)
    assert.match(stderr, /^[\x20-\x7E\n]*$/)
  })
})

describe('PLANE/SERVER/TOOL', () => {
  const options = createOptions({})
  test('keeps the slashes of a name that has them', () => {
    assert.deepEqual(readTarget('ops/mes/mes://line/3', options), {
      plane: 'ops',
      server: 'mes',
      name: 'mes://line/3',
    })
  })

  test('may leave out the plane where a place is meant', () => {
    assert.deepEqual(readPlace('bank', options), { plane: undefined, server: 'bank' })
    assert.deepEqual(readPlace('ops/bank', options), { plane: 'ops', server: 'bank' })
  })

  test('that contradicts --plane, or has too few or too many parts, is refused', () => {
    const finance = createOptions({ plane: 'finance' })
    for (const place of ['ops/bank', 'a/b/c', '/b', 'a/', ''])
      assert.throws(() => readPlace(place, finance), Fault, place)
  })
})

describe('apply', () => {
  test('takes the documents of a folder in byte order, and nothing else', async (t) => {
    const folder = await makeFolder(t)
    for (const name of ['b.yaml', 'a.yml', 'C.json', 'notes.txt', 'd.yaml.orig'])
      await writeFile(join(folder, name), '')
    await mkdir(join(folder, 'deeper.yaml'))
    const { readFiles } = await import('#cli/document-files.ts')
    const names = (await readFiles([folder], { stdin: process.stdin })).map(({ name }) => name)
    assert.deepEqual(
      names,
      ['C.json', 'a.yml', 'b.yaml'].map((name) => join(folder, name)),
    )
  })
})
