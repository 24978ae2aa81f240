import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Change } from '#change/change.ts'
import type { Runner } from '#upstream/upstream.ts'

/** What `--sample` brings: two servers that work offline, started by path, and the plane that names them. */

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'sample')

/** Runners of the sample plane; server-everything is missing where optional packages were left out. */
export const sampleRunners = (): Runner[] => {
  const bank = node('sample-bank', [join(folder, 'bank', 'bank.js')])
  const everything = findEverything()
  return everything ? [bank, node('sample-everything', [everything, 'stdio'])] : [bank]
}

/** The documents, without the servers whose runner is missing. */
export const sampleDocuments = (): string => {
  const text = readFileSync(join(folder, 'sample.yaml'), 'utf8')
  if (findEverything()) return text
  return text
    .split('\n---\n')
    .filter((document) => !document.includes('runner: sample-everything'))
    .join('\n---\n')
    .replace(/^ *- \{ server: everything.*\n/gm, '')
}

export const applySample = async (change: Change, runners: ReadonlySet<string>): Promise<void> => {
  const files = [{ name: 'sample.yaml', text: sampleDocuments() }]
  await change.apply({ files, set: 'sample', prune: false, dryRun: false, by: 'sample', runners })
}

const node = (name: string, args: readonly string[]): Runner => ({
  name,
  command: process.execPath,
  arguments: args,
  environment: {},
})

const findEverything = (): string | undefined => {
  try {
    const require = createRequire(import.meta.url)
    const manifest = require.resolve('@modelcontextprotocol/server-everything/package.json')
    const program = join(dirname(manifest), 'dist', 'index.js')
    return existsSync(program) ? program : undefined
  } catch {
    return undefined
  }
}
