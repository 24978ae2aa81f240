import type { ReactNode } from 'react'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { useWords } from '../../words/words.ts'
import { keepsLess, type PlaneDocument } from './plane-edits.ts'
import type { PlaneRow } from './use-plane-documents.ts'
import { useWritePlane } from './use-write-plane.ts'

/** Changes what a plane records or keeps: where something goes earlier by it, nothing brings it back. */
export const KeepDialog = ({
  row: { document, etag },
  after,
  isLess = keepsLess(document, after),
  isReady = true,
  title,
  act,
  children,
  onClose,
}: {
  readonly row: PlaneRow
  readonly after: PlaneDocument
  /** Said by whoever takes out a hold, of which no number of days tells. */
  readonly isLess?: boolean
  readonly isReady?: boolean
  readonly title: string
  readonly act: string
  readonly children: ReactNode
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const { write, ...standing } = useWritePlane(etag, onClose)
  return (
    <ActDialog
      tier={isLess ? 2 : 1}
      typed={document.name}
      needsReason={isLess}
      title={title}
      act={act}
      isReady={isReady}
      {...standing}
      onClose={onClose}
      onAct={(reason) => write(after, reason)}
    >
      {children}
      {isLess && <p>{say('settings.retention.goes', { plane: document.name })}</p>}
    </ActDialog>
  )
}
