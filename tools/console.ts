// tools/console.ts [--quiet]: builds the console into console/dist where what it is made of has changed.
// A build is a folder of its own, named by a hash of its sources and of package-lock.json; console/dist
// is a link that is moved to it in one step, so that whoever serves it sees one build or the other.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const builds = `${root}console/.builds`
const link = `${root}console/dist`

const stampOf = (): string => {
  const hash = createHash('sha256')
  const sources = globSync('console/**/*.*', {
    cwd: root,
    exclude: ['console/{dist,.builds,node_modules,screenshots}/**', 'console/**/*.test.ts'],
  })
  for (const path of ['package-lock.json', ...sources.toSorted()])
    if (statSync(`${root}${path}`).isFile())
      hash.update(`${path}\n`).update(readFileSync(`${root}${path}`))
  return hash.digest('hex').slice(0, 16)
}

const current = (): string | undefined => {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}

const build = (stamp: string): void => {
  const unready = `${builds}/.${stamp}.${process.pid}`
  const { status } = spawnSync(
    `${root}tools/node`,
    [
      ...['console', `${root}node_modules/vite/bin/vite.js`, 'build', `${root}console`],
      ...['--outDir', unready, '--emptyOutDir', '--logLevel', 'warn'],
    ],
    { cwd: `${root}console`, stdio: ['ignore', 2, 2] },
  )
  if (status !== 0) {
    rmSync(unready, { recursive: true, force: true })
    throw new Error('The console could not be built; what went wrong stands above.')
  }
  // Another process may have been faster with the same build.
  if (existsSync(`${builds}/${stamp}`)) rmSync(unready, { recursive: true })
  else renameSync(unready, `${builds}/${stamp}`)
}

const serve = (stamp: string): void => {
  const aside = `${link}.${process.pid}`
  symlinkSync(`.builds/${stamp}`, aside)
  renameSync(aside, link)
}

/** The one before stays: a page that is open may still ask for its files. */
const removeOld = (keep: readonly string[]): void => {
  for (const name of readdirSync(builds))
    if (!name.startsWith('.') && !keep.includes(name))
      rmSync(`${builds}/${name}`, { recursive: true, force: true })
}

/** Answers the folder of the build that is served now. */
export function buildConsole(): string {
  const stamp = stampOf()
  const before = current()
  if (before !== `.builds/${stamp}` || !existsSync(`${link}/index.html`)) {
    mkdirSync(builds, { recursive: true })
    if (!existsSync(`${builds}/${stamp}/index.html`)) build(stamp)
    serve(stamp)
    removeOld([stamp, ...(before === undefined ? [] : [before.slice('.builds/'.length)])])
  }
  return `${builds}/${stamp}`
}

if (import.meta.main) console.error(`The console is built: ${buildConsole()}`)
