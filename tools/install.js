// tools/install.js TIER SYSTEM: brings node_modules to what package-lock.json says.
// Plain JavaScript, because on a fresh machine it runs on whatever Node.js is there (18 or newer).
//
// Three tiers: `run`, `console` (what builds the console, beside that) and `test` (everything). It only ever adds: what another command of this
// checkout is running from must not be taken away under it, so `npm ci`, which begins by deleting
// node_modules, is used on an empty folder alone. Nothing that we need has an install script.
import { spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const path = (name) => fileURLToPath(new URL(name, root))
const lock = path('.installing')
const stamps = path('node_modules/.installed')
const [tier, system] = process.argv.slice(2)
const pause = (ms) => new Promise((wake) => setTimeout(wake, ms))

const read = (file) => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

const installed = () =>
  read(`${stamps}/system`) === system &&
  read(`${stamps}/${tier}`) === read(path('package-lock.json'))

// npm's own note of what lies in node_modules.
const note = () => JSON.parse(read(path('node_modules/.package-lock.json')) ?? '{"packages":{}}')
const present = () => Object.values(note().packages)

// The lock is a symbolic link whose target names its holder: made in one step, so never seen half written.
const holder = `${hostname()}:${process.pid}`

const take = () => {
  try {
    symlinkSync(holder, lock)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

const alive = (owner) => {
  const [host, pid] = owner.split(':')
  if (host !== hostname()) return Date.now() - lstatSync(lock).mtimeMs < 900_000
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

// A holder that was killed leaves its lock behind. It is moved aside and looked at again before it is
// removed: of several who wait, another may have broken it and taken the lock since.
const breakStale = () => {
  const aside = `${lock}.${process.pid}`
  try {
    const owner = readlinkSync(lock)
    if (alive(owner)) return
    renameSync(lock, aside)
    if (readlinkSync(aside) === owner) rmSync(aside)
    else renameSync(aside, lock)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

// Whoever asked may be gone before npm is done (SIGTERM ends the shell above us, not us): then npm ends too.
const npm = (args) =>
  new Promise((done) => {
    const child = spawn('npm', args, { cwd: path('.'), stdio: ['ignore', 2, 2] })
    const asker = process.ppid
    const watch = setInterval(() => process.ppid === asker || child.kill(), 250)
    const stop = () => child.kill()
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop)
    child.on('error', (error) => {
      console.error(`npm could not be started: ${error.message}`)
      clearInterval(watch)
      done(false)
    })
    child.on('exit', (code) => {
      clearInterval(watch)
      done(code === 0)
    })
  })

const install = async () => {
  const there = present()
  const empty = there.length === 0 && !existsSync(stamps)
  const everything = tier === 'test' || there.some((entry) => entry.dev)
  const withConsole = everything || tier === 'console' || existsSync(`${stamps}/console`)
  console.error(
    !empty
      ? 'Bringing node_modules up to package-lock.json …'
      : `Installing what ${everything ? 'testing' : 'running'} needs (once) …`,
  )
  // Said in full, because the machine's own npm settings (omit, engine-strict, NODE_ENV …) must not decide.
  const ok = await npm([
    ...(empty ? ['ci'] : ['install', '--no-save', '--package-lock']),
    ...(everything ? ['--include=dev'] : ['--omit=dev']),
    // The console is a workspace, so that a server's install leaves it out.
    ...(withConsole ? [] : ['--workspace=tools', '--include-workspace-root']),
    ...[
      '--include=prod',
      '--include=optional',
      '--include=peer',
      '--bin-links',
      '--ignore-scripts',
    ],
    ...['--no-audit', '--no-fund', '--engine-strict=false', '--prefer-offline', '--loglevel=error'],
  ])
  if (!ok) return false
  mkdirSync(stamps, { recursive: true })
  writeFileSync(`${stamps}/system`, system)
  copyFileSync(path('package-lock.json'), `${stamps}/run`)
  if (withConsole) copyFileSync(path('package-lock.json'), `${stamps}/console`)
  if (everything) copyFileSync(path('package-lock.json'), `${stamps}/test`)
  return true
}

while (!installed()) {
  if (!take()) {
    breakStale()
    await pause(100)
    continue
  }
  try {
    if (installed() || (await install())) break
    console.error('The dependencies could not be installed; what npm said stands above.')
    process.exitCode = 1
    break
  } finally {
    rmSync(lock, { force: true })
  }
}
