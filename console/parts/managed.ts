import { useWords, type Words } from '../words/words.ts'

interface Row {
  readonly set?: string | undefined
}

/** Why it is not changed here: the files of a set say it, and would say it again. */
export const managedBy = ({ say }: Pick<Words, 'say'>, { set }: Row): string | undefined =>
  set === undefined ? undefined : say('permissions.managedBy', { set })

export const useManaged = () => {
  const words = useWords()
  return (row: Row): string | undefined => managedBy(words, row)
}
