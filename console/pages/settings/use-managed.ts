import { useWords } from '../../words/words.ts'

/** Why it is not changed here: the files of a set say it, and would say it again. */
export const useManaged = () => {
  const { say } = useWords()
  return ({ set }: { readonly set?: string | undefined }): string | undefined =>
    set === undefined ? undefined : say('permissions.managedBy', { set })
}
