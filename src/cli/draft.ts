import type { Draft } from '#manager/draft.ts'
import type { Invocation } from './command.ts'
import { readFiles, setOf } from './document-files.ts'

/**
 * The documents that are named by -f, as `apply` would read them; undefined where none are. What is
 * only tried needs no set, but where one is managed by a set it has to be the same.
 */
export const readDraft = async ({ options, io }: Invocation): Promise<Draft | undefined> => {
  const paths = options.list('file')
  if (paths.length === 0) return undefined
  const isNamed = paths.length === 1 && paths[0] !== '-'
  const set = options.text('set') ?? (isNamed ? setOf(paths) : undefined)
  return { files: await readFiles(paths, io), ...(set !== undefined && { set }) }
}
