// tools/build.ts [FOLDER]: makes dist/, or the folder named, which is the published package, whole
// (`npm publish ./dist`).
// It has the shape of the checkout (bin/, src/, sample/), so that every path between files stays right; only
// src/ is compiled, and package.json maps the crossings to what was compiled.
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildConsole } from './console.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = `${resolve(root, process.argv[2] ?? 'dist')}/`

function compile(): void {
  const tsc = `${root}node_modules/typescript/bin/tsc`
  const { status } = spawnSync(
    process.execPath,
    [tsc, '--project', 'tsconfig.build.json', '--outDir', dist],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
    },
  )
  if (status !== 0) throw new Error('The sources do not compile.')
}

// tsc renames the extension in imports; a worker or a child is named by a URL, which it leaves alone.
function renameUrls(): void {
  for (const path of globSync('src/**/*.js', { cwd: dist })) {
    const text = readFileSync(`${dist}${path}`, 'utf8')
    const renamed = text.replaceAll(/new URL\((['"])(\.[^'"]+)\.ts\1/g, 'new URL($1$2.js$1')
    const left = renamed.match(/['"`]\.\.?\/[^'"`\s]*\.ts['"`]/)
    if (left) throw new Error(`${path} names ${left[0]}, which the package does not have.`)
    if (renamed !== text) writeFileSync(`${dist}${path}`, renamed)
  }
}

function copyWhatIsNotCompiled(): void {
  const assets = globSync('src/**/*.*', { cwd: root, exclude: ['**/*.ts'] })
  for (const path of [
    ...assets,
    'bin',
    'sample',
    'docs/bailiwick-v1.schema.json',
    'docs/licences',
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
  ])
    cpSync(`${root}${path}`, `${dist}${path}`, {
      recursive: true,
      filter: (source) => !source.endsWith('.ts'),
    })
}

function shipConsole(): void {
  cpSync(buildConsole(), `${dist}console/dist`, { recursive: true })
}

type Manifest = Record<string, unknown> & { imports: Record<string, string> }

/** What of package.json concerns whoever installs the package. */
function publishedManifest({ imports, ...manifest }: Manifest): Record<string, unknown> {
  const {
    private: _notOurs,
    workspaces: _tools,
    scripts: _checkout,
    devDependencies: _tests,
    allowScripts: _checkoutToo,
    ...published
  } = manifest
  const compiled = Object.entries(imports).map(([name, path]) => [
    name,
    path.replace(/\.ts$/, '.js'),
  ])
  return { ...published, imports: Object.fromEntries(compiled) }
}

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist, { recursive: true })
compile()
renameUrls()
copyWhatIsNotCompiled()
shipConsole()
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest
writeFileSync(`${dist}package.json`, `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`)
