import { Problem } from '../../api/problem.ts'
import { useAct } from '../../api/queries.ts'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import type { PlaneDocument } from './plane-edits.ts'

/** Writes a plane's document, over exactly the one that was read, or as a new one. */
export const useWritePlane = (etag: string | undefined, onDone: () => void) => {
  const { say } = useWords()
  const act = useAct('put', '/api/v1/planes/{plane}')
  const isTaken = etag === undefined && act.error?.status === 412
  const plane = act.variables?.params.path.plane ?? ''
  return {
    isBusy: act.isPending,
    problem: isTaken
      ? new Problem(412, { detail: say('settings.plane.taken', { plane }) })
      : act.error,
    write: (document: PlaneDocument, reason: string) =>
      act.mutate(
        {
          params: {
            path: { plane: document.name },
            header: {
              ...(etag === undefined ? { 'If-None-Match': '*' as const } : { 'If-Match': etag }),
              ...(reason !== '' && { 'X-Reason': reason }),
            },
          },
          body: document,
        },
        said(say('settings.plane.written', { plane: document.name }), onDone),
      ),
  }
}
