import type { Draft } from '#manager/draft.ts'
import { readFiles, setOf } from './commands/apply.ts'
import type { Invocation } from './command.ts'

/** The documents that are named by -f, as `apply` would read them; undefined where none are. */
export const readDraft = async ({ options, io }: Invocation): Promise<Draft | undefined> => {
  const paths = options.list('file')
  if (paths.length === 0) return undefined
  return { set: options.text('set') ?? setOf(paths), files: await readFiles(paths, { io }) }
}
