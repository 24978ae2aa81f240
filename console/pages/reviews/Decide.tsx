import { useState } from 'react'
import { useAct } from '../../api/queries.ts'
import { paths } from '../../paths.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { Button } from '../../ui/Button.tsx'
import { useGo } from '../../ui/Go.tsx'
import { said, toast } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import type { Capability, ItemAnswer } from '../catalog/classes.ts'
import styles from './Drift.module.css'

type What = 'release' | 'block' | 'all'

/** Approve, keep held, block: what is approved is exactly what was looked at, by its fingerprint. */
export const Decide = ({ item, row }: { readonly item: ItemAnswer; readonly row: Capability }) => {
  const { say } = useWords()
  const go = useGo()
  const [open, setOpen] = useState<What>()
  const name = row.name
  const keep = () => {
    toast(say('drift.kept', { name }))
    go(paths.drift())
  }
  const version = (row.version ?? 1) + 1
  return (
    <div className={styles.decide}>
      <Button onClick={() => setOpen('release')}>{say('drift.release', { version })}</Button>
      <Button onClick={keep}>{say('drift.keep')}</Button>
      <Button onClick={() => setOpen('block')}>{say('drift.block')}</Button>
      {item.isMost && item.held !== undefined && (
        <Button onClick={() => setOpen('all')}>
          {say('drift.all', { count: item.counts.held })}
        </Button>
      )}
      {item.isMost && <p className={styles.most}>{say('drift.most')}</p>}
      {open !== undefined && (
        <Deciding item={item} row={row} what={open} onClose={() => setOpen(undefined)} />
      )}
    </div>
  )
}

const Deciding = ({
  item,
  row,
  what,
  onClose,
}: {
  readonly item: ItemAnswer
  readonly row: Capability
  readonly what: What
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const release = useAct('post', '/api/v1/planes/{plane}/servers/{name}/release')
  const all = useAct('post', '/api/v1/planes/{plane}/servers/{name}/release-all')
  const block = useAct('post', '/api/v1/planes/{plane}/servers/{name}/block')
  const path = { plane: item.plane, name: item.server }
  const { kind, name } = row
  const act = (reason: string) => {
    const done = said(say(`drift.${what}.done`, { name, item: item.server }), onClose)
    if (what === 'block')
      return block.mutate({ params: { path }, body: { kind, name, reason } }, done)
    const params = { path, header: { 'X-Reason': reason } }
    if (what === 'all') all.mutate({ params, body: { fingerprint: item.held ?? '' } }, done)
    else release.mutate({ params, body: { kind, name, fingerprint: row.observed ?? '' } }, done)
  }
  return (
    <ActDialog
      title={say(`drift.${what}.title`, { name, item: item.server, count: item.counts.held })}
      act={say(`drift.${what}.act`)}
      tier={1}
      needsReason
      isBusy={release.isPending || all.isPending || block.isPending}
      problem={release.error ?? all.error ?? block.error}
      onAct={act}
      onClose={onClose}
    >
      <p>{say(`drift.${what}.says`)}</p>
    </ActDialog>
  )
}
