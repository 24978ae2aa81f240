import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { Fault } from '#lib/fault.ts'
import type { Io } from './io.ts'
import { withNamedFiles } from './named-files.ts'

const documentEndings = ['.yaml', '.yml', '.json']
/** Before the ending: a file that documents name, and none itself. */
const namedEndings = ['.openapi', '.jwks']

/** One file or folder names the set by itself; several, or standard input, cannot. */
export const setOf = (paths: readonly string[]): string => {
  const [path, ...others] = paths
  if (path === undefined || path === '-' || others.length > 0)
    throw new Fault('usage', {
      detail: 'Name the set that these documents belong to: --set NAME.',
    })
  const name = basename(realpathSync(mustExist(path)))
  const ending = extname(name)
  return documentEndings.includes(ending) ? name.slice(0, -ending.length) : name
}

const mustExist = (path: string): string => {
  if (statSync(path, { throwIfNoEntry: false })) return path
  throw new Fault('not_found', { detail: `There is no file ${path}.` })
}

export const readFiles = async (
  paths: readonly string[],
  io: Pick<Io, 'stdin'>,
): Promise<{ name: string; text: string }[]> => {
  const files: { name: string; text: string }[] = []
  for (const path of paths) {
    if (path === '-') files.push({ name: 'standard input', text: await readAll(io.stdin) })
    else if (statSync(mustExist(path)).isDirectory()) files.push(...readFolder(path))
    else files.push(withNamedFiles({ name: path, text: readFileSync(path, 'utf8') }))
  }
  return files
}

/** In byte order of their names; folders inside are not entered, and `tickets.openapi.yaml` is what an API names, `planner.jwks.json` what an agent does. */
const readFolder = (folder: string): { name: string; text: string }[] => {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && documentEndings.includes(extname(entry.name)))
    .filter(({ name }) => !namedEndings.includes(extname(basename(name, extname(name)))))
    .map((entry) => entry.name)
    .sort()
  if (names.length === 0)
    throw new Fault('not_found', {
      detail: `${folder} holds no document: no ${documentEndings.join(', ')} file.`,
    })
  return names.map((name) => {
    const path = join(folder, name)
    return withNamedFiles({ name: path, text: readFileSync(path, 'utf8') })
  })
}
