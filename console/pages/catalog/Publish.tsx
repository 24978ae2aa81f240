import { useMemo } from 'react'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { EffectPreview } from '../../ui/Effect.tsx'
import { toast } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import { useEffectOf } from '../effect-of.ts'
import { type Choices, type ItemAnswer, withClasses } from './classes.ts'
import { useDocument, useWriteDocument } from './use-document.ts'

/** Writes all classes that were chosen at once, after it has shown what comes of it. */
export const Publish = ({
  item,
  choices,
  onDone,
  onClose,
}: {
  readonly item: ItemAnswer
  readonly choices: Choices
  readonly onDone: () => void
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const at = { plane: item.plane, kind: item.kind, name: item.server }
  const standing = useDocument(at, true)
  const write = useWriteDocument(at)
  const document = useMemo(
    () => standing.data && withClasses(standing.data.body, choices),
    [standing.data, choices],
  )
  const effect = useEffectOf(
    document && { plane: item.plane, documents: [document], set: item.set, server: item.server },
  )
  const count = choices.size
  const isKnown = effect.data !== undefined || effect.error !== null
  const publish = (reason: string) => {
    if (!document) return
    write.mutate(
      { document, etag: standing.data?.etag, reason },
      {
        onSuccess: () => {
          toast(say('catalog.published', { count, item: item.server }))
          onDone()
        },
        onError: () => void standing.refetch(),
      },
    )
  }
  return (
    <ActDialog
      title={say('catalog.publish.title', { count, item: item.server })}
      act={say('catalog.publish', { count })}
      tier={1}
      problem={write.error ?? standing.error}
      isBusy={write.isPending}
      disabledReason={isKnown ? undefined : say('ui.effect.loading')}
      onAct={publish}
      onClose={onClose}
    >
      <p>{say('catalog.publish.says')}</p>
      {effect.error ? (
        <p>{say('catalog.effect.unknown', { because: effect.error.detail ?? '' })}</p>
      ) : (
        <EffectPreview effect={effect.data} />
      )}
      {item.set !== undefined && <p>{say('catalog.publish.set', { set: item.set })}</p>}
    </ActDialog>
  )
}
