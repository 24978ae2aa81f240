import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { documents } from '../tools/docs.ts'

// What a reader of the repository may rely on, looked up in its files. Each message says what to do.

const root = fileURLToPath(new URL('..', import.meta.url))
const self = 'test/tidy.test.ts'
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8')

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path && existsSync(`${root}${path}`))

const isCode = (path: string) => /\.(ts|js|mjs)$/.test(path)
const isProduct = (path: string) => path.startsWith('src/') && isCode(path) && !isTest(path)
const isTest = (path: string) => path.endsWith('.test.ts')
const inFolders = (path: string, folders: readonly string[]) =>
  folders.some((folder) => path.startsWith(`src/${folder}/`))

/** `path:line: text` of every line of the files on which the pattern is found. */
const find = (pattern: RegExp, paths: readonly string[]): string[] =>
  paths.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [],
      ),
  )

const none = (found: readonly string[], advice: string) =>
  assert.equal(found.length, 0, `${advice}\n${found.join('\n')}`)

const isText = (path: string) => !['.png', '.ico', '.woff2', '.db'].includes(extname(path))
const texts = files.filter((path) => path !== self && path !== 'package-lock.json' && isText(path))
const code = texts.filter(isCode)

describe('files', () => {
  test('nothing stray lies in the repository', () => {
    const rooms =
      /^(\.ci|bench|bin|console|deploy|docs|sample|src|test|tools)\/|^(\.[a-z-]+(\.mjs)?|[a-z.-]+\.json|[A-Z]+(\.md)?|bailiwick)$/
    const stray =
      /(^|\/)(\.DS_Store|Thumbs\.db|nohup\.out|core)$|\.(orig|rej|bak|swp|tmp|log|pid|tgz)$|~$/
    none(
      files.filter((path) => !rooms.test(path) || stray.test(path)),
      'These files have no room here: see the code map in ARCHITECTURE.md.',
    )
  })

  test('every file has a name that says what is in it', () => {
    // The folders named manager are about the product's own Manager.
    const vague = /^(utils?|helpers?|common|misc|shared|service|impl|manager)(\.|$)/
    none(
      files.filter((path) =>
        path.split('/').some((part) => vague.test(part) && part !== 'manager'),
      ),
      'Name a file after its main export.',
    )
    none(
      files.filter(
        (path) =>
          /^(src|test|tools|bench|sample)\//.test(path) && !/^[a-z0-9.-]+$/.test(basename(path)),
      ),
      'File names are lower case, words joined by hyphens.',
    )
  })

  test('every text ends with a line end and has no other than \\n', () => {
    none(
      texts.filter((path) => !read(path).endsWith('\n') || read(path).includes('\r')),
      'Let the formatter or your editor mend these.',
    )
  })

  test('no file of the product is longer than 400 lines, tables and contracts apart', () => {
    const mayBeLong = [
      'src/lib/fault.ts',
      'src/store/store.ts',
      'src/domain/documents.ts',
      'src/cli/catalog.ts',
    ]
    none(
      files
        .filter((path) => isProduct(path) && !mayBeLong.includes(path))
        .filter((path) => !path.startsWith('src/store/migrations/'))
        .filter((path) => read(path).split('\n').length > 401),
      'Look for the second subject in these files.',
    )
  })
})

describe('code', () => {
  test('no type is switched off', () => {
    none(find(/\b(as|:|<) ?any\b(?! )|@ts-(ignore|nocheck|expect-error)/, code), 'Say the type.')
  })

  test('nothing is left for later, and no plan or number of a ticket stands in a text', () => {
    none(
      find(
        /\b(TODO|FIXME|XXX|HACK)\b|\b(issue|ticket|story) #?\d+\b|(?<!UAX )(?<![&\w])#\d{1,5}\b(?!['"])/,
        code,
      ),
      'Do it, or say in a comment what holds now and why.',
    )
  })

  test('no test is skipped or run alone by a flag', () => {
    none(
      find(
        /\b(test|describe|it)\.(only|skip|todo)\b|\b(skip|only|todo): (true|['"])/,
        code.filter(isTest),
      ),
      'A test runs, or it is not there. What needs more than npm goes to test/system/.',
    )
  })

  test("no words that the glossary gives to nobody are used for the product's things", () => {
    const rows = read('docs/glossary.md')
      .split('\n')
      .filter((line) => line.startsWith('| '))
    const forbidden = rows.flatMap((row) =>
      [...(row.split(' | ')[2] ?? '').matchAll(/\*\*([a-z-]+)\*\*/g)].map(([, word = '']) => word),
    )
    assert.ok(forbidden.length >= 5, 'docs/glossary.md names no forbidden word any more.')
    const words = forbidden.map((word) => word.replace('-', '-?')).join('|')
    none(
      // The scan looks for the words of others, whatever they are.
      find(
        new RegExp(words, 'i'),
        files.filter((path) => isProduct(path) && !path.startsWith('src/registry/scan/')),
      ),
      'docs/glossary.md has the word for it.',
    )
  })

  test('only config.ts, main.ts and the terminal read the environment', () => {
    none(
      find(/\bprocess\.env\b/, files.filter(isProduct)).filter(
        (line) => !/^src\/(config|main)\.ts:|^src\/cli\//.test(line),
      ),
      'Take the value as an argument; compose.ts hands it over.',
    )
  })

  test('only lib/clock.ts tells the time', () => {
    const rooms = [
      'gateway',
      'registry',
      'vault',
      'policy',
      'quota',
      'ledger',
      'identity',
      'change',
      'domain',
    ]
    none(
      find(
        /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bprocess\.hrtime/,
        files.filter((path) => isProduct(path) && inFolders(path, rooms)),
      ),
      'Take a Clock as an argument, so that a test can move it.',
    )
  })

  test('each table is written by one room', () => {
    const writers: Record<string, RegExp> = {
      change: /\bstore\.commit\(|\brevisions\.markEntered\(/,
      registry: /\bcapabilities\.(put|removeServer)\(/,
      vault: /\bsecrets\.(add|remove)\(/,
      identity: /\bclientSecrets\.(put|remove)\(|\bsigningKeys\.add\(/,
      ledger: /\bledger\.append\(/,
      people: /\bpeople\.(add|addToken|removeToken|removeTokens|putSetupCode|setUp)\(/,
    }
    for (const [room, writing] of Object.entries(writers))
      none(
        find(writing, files.filter(isProduct)).filter(
          (line) => !line.startsWith(`src/${room}/`) && !line.startsWith('src/store/'),
        ),
        `Only src/${room}/ writes this table; read through its view, or issue a command.`,
      )
  })

  test('only lib/clock.ts makes randomness', () => {
    const rooms = ['gateway', 'registry', 'vault', 'policy', 'quota', 'ledger', 'change', 'domain']
    none(
      find(
        /\bMath\.random\(|\brandom(Bytes|UUID|Int|FillSync)\(|\bgetRandomValues\(/,
        files.filter((path) => isProduct(path) && inFolders(path, rooms)),
      ),
      'Take Random as an argument, so that a test can repeat itself.',
    )
  })

  test('no path of a machine and no address of a registry stands anywhere', () => {
    const registry = /registry\.npmjs\.org|registry\.yarnpkg|deb\.debian\.org|npm\.pkg\.github/
    none(
      find(/(^|[^\w.])\/(work|root|home\/\w+)\/|\/tmp\/[a-z]/, texts),
      'Paths come from the repository (import.meta.url), a temporary folder or an option.',
    )
    none(find(registry, [...texts, 'package-lock.json']), 'A registry is a setting of the machine.')
  })
})

describe('package', () => {
  type Lock = { packages: Record<string, LockEntry> }
  type LockEntry = {
    resolved?: string
    integrity?: string
    link?: boolean
    dev?: boolean
    hasInstallScript?: boolean
    optionalDependencies?: Record<string, string>
  } & Manifest
  type Manifest = {
    scripts?: Record<string, string>
    imports?: Record<string, string>
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
    optionalDependencies?: Record<string, string>
    allowScripts?: Record<string, boolean>
  }
  const manifest = JSON.parse(read('package.json')) as Manifest
  const lock = JSON.parse(read('package-lock.json')) as Lock
  const entries = Object.entries(lock.packages)

  test('package-lock.json says what package.json says, with a hash for every package', () => {
    const locked = lock.packages['']
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'] as const)
      assert.deepEqual(locked?.[kind], manifest[kind], `Run npm install: ${kind} differ.`)
    none(
      entries
        .filter(
          ([path, { integrity, link }]) => path.includes('node_modules/') && !integrity && !link,
        )
        .map(([path]) => path),
      'These have no integrity hash.',
    )
    none(
      entries.filter(([, { resolved }]) => resolved?.includes('://')).map(([path]) => path),
      'npm install with the .npmrc of this repository leaves addresses out.',
    )
  })

  test('package-lock.json names the packages of every platform, or a clean installation refuses it', () => {
    const names = new Set(entries.map(([path]) => path.split('node_modules/').at(-1)))
    none(
      entries.flatMap(([path, { optionalDependencies = {} }]) =>
        Object.keys(optionalDependencies)
          .filter((name) => !names.has(name))
          .map((name) => `${path || 'package.json'} → ${name}`),
      ),
      'Choose a version whose platform packages all exist, and lock it in a folder without node_modules.',
    )
  })

  test('versions are exact', () => {
    const all = {
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    }
    none(
      Object.entries(all).flatMap(([name, version]) =>
        /^\d/.test(version) ? [] : [`${name} ${version}`],
      ),
      'Pin these.',
    )
  })

  test('no install script runs', () => {
    none(
      Object.keys(manifest.scripts ?? {}).filter((name) =>
        /^(pre|post)|install|prepare/.test(name),
      ),
      'npm skips these where install scripts are off, and the commands have to work there too.',
    )
    none(
      entries
        .filter(([path, { hasInstallScript }]) => hasInstallScript && path)
        .map(([path]) => path.split('node_modules/').at(-1) ?? path)
        .filter((name) => manifest.allowScripts?.[name] !== false),
      'Deny them in allowScripts; nothing may depend on them.',
    )
  })

  test('every folder of src/ can be crossed to, and nothing else', () => {
    const rooms = new Set(files.flatMap((path) => path.match(/^src\/([a-z]+)\//)?.[1] ?? []))
    assert.deepEqual(
      Object.keys(manifest.imports ?? {}).toSorted(),
      [...rooms].map((room) => `#${room}/*.ts`).toSorted(),
      'Keep "imports" in package.json equal to the folders of src/.',
    )
    for (const [name, path] of Object.entries(manifest.imports ?? {}))
      assert.equal(path, `./src/${name.slice(1)}`)
  })

  test('every dependency has its reason in docs/decisions/', () => {
    const pages = files
      .filter((path) => path.startsWith('docs/decisions/'))
      .map(read)
      .join('\n')
    const all = {
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
      ...manifest.devDependencies,
    }
    none(
      Object.keys(all).filter((name) => !pages.includes(`\`${name}\``)),
      'Write the page, or add the name to the page that speaks of its kind.',
    )
  })
})

describe('documents', () => {
  for (const [path, text] of Object.entries(documents))
    test(`${path} is what the code says`, async () => {
      assert.equal(read(path), await text(), 'Run npm run docs.')
    })

  test('every decision tells its context, consequences, and what would change it', () => {
    const heads = ['## Context', '## Decision', '## Consequences', '## What would change it']
    none(
      files
        .filter((path) => path.startsWith('docs/decisions/'))
        .filter((path) => !heads.every((head) => read(path).includes(`\n${head}\n`))),
      `Each page has the parts ${heads.join(', ')}.`,
    )
  })

  test('no link between documents leads nowhere', () => {
    none(
      files
        .filter((path) => path.endsWith('.md'))
        .flatMap((path) =>
          [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)]
            .map(([, link = '']) => fileURLToPath(new URL(link, `file://${root}${path}`)))
            .filter((target) => !existsSync(target))
            .map((target) => `${path} → ${target.slice(root.length)}`),
        ),
      'Mend these.',
    )
  })

  test('the code map of ARCHITECTURE.md has every room and no other', () => {
    const map = read('ARCHITECTURE.md')
    const rooms = new Set(files.flatMap((path) => path.match(/^src\/([a-z]+)\//)?.[1] ?? []))
    const told = new Set([...map.matchAll(/^\| `([a-z]+)\/` \|/gm)].map(([, room = '']) => room))
    assert.deepEqual([...told].toSorted(), [...rooms].toSorted())
  })
})
