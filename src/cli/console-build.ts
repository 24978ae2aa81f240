import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const builder = fileURLToPath(new URL('../../tools/console.ts', import.meta.url))

/**
 * In a checkout the console is built beside what serves: in a process of its own, which brings its own
 * dependencies, and whose failure is told and holds nothing up. The published package has it ready, and
 * no builder. Answers how to end it; a build that was cut off leaves nothing behind that is served.
 */
export const buildConsoleBeside = (
  tell: (failed: string) => void,
  program = builder,
): (() => void) => {
  if (!existsSync(program)) return () => {}
  // A group of its own, which ends with all that it has started: it waits for npm and for the bundler.
  const child = spawn(process.execPath, [program], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2000)
  })
  child.on('error', ({ message }) => tell(message))
  child.on('exit', (code) => {
    if (code !== 0 && code !== null) tell(said.trim())
  })
  // It never keeps a process that has ended its work from ending.
  child.unref()
  return () => {
    if (child.pid !== undefined && child.exitCode === null) endGroup(child.pid)
  }
}

const endGroup = (group: number): void => {
  try {
    process.kill(-group, 'SIGTERM')
  } catch {
    // It has ended meanwhile.
  }
}
