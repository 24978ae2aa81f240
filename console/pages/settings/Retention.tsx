import { useState } from 'react'
import { useMe } from '../../api/session.ts'
import { useManaged } from '../../parts/managed.ts'
import { PlaneName } from '../../parts/planes.tsx'
import { Button } from '../../ui/Button.tsx'
import { CopyBlock } from '../../ui/Copy.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Said } from '../../ui/Said.tsx'
import { useWords } from '../../words/words.ts'
import { EditRetention, EndHold, NewHold } from './EditRetention.tsx'
import styles from './settings.module.css'
import { type PlaneRow, usePlaneDocuments } from './use-plane-documents.ts'

/** How long what is recorded is kept, plane by plane, and the words of the document that say so. */
export const Retention = () => {
  const { say } = useWords()
  const { rows, isPending, failures } = usePlaneDocuments()
  const [failure] = failures
  const title = say('settings.retention')
  if (isPending) return <Loading what={title} />
  if (failure) return <Failed what={title} problem={failure.problem} onRetry={failure.retry} />
  return (
    <>
      <p>{say('settings.retention.says')}</p>
      {rows.map((row) => (
        <OfPlane key={row.document.name} row={row} />
      ))}
    </>
  )
}

type Doing = { readonly act: 'edit' | 'hold' } | { readonly act: 'end'; readonly hold: string }

const OfPlane = ({ row }: { readonly row: PlaneRow }) => {
  const { document, set } = row
  const { say } = useWords()
  const managed = useManaged()
  const mayWrite = useMe().data?.person.administrator ?? false
  const [doing, setDoing] = useState<Doing>()
  const close = () => setDoing(undefined)
  const { retain, hold = [] } = document.ledger ?? {}
  const facts = [
    [say('settings.retention.entries'), retain?.entries ?? say('settings.retention.tenYears')],
    [say('settings.retention.payloads'), retain?.payloads ?? say('settings.retention.forEver')],
    ...Object.entries(retain?.classes ?? {}).map(([name, days]) => [
      say('settings.retention.class', { class: name }),
      days,
    ]),
  ]
  const act = (label: string, next: Doing) => (
    <Button disabledReason={managed(row)} onClick={() => setDoing(next)}>
      {label}
    </Button>
  )
  return (
    <section className={styles.card} data-testid="settings.retention" data-id={document.name}>
      <h2>
        <PlaneName plane={document.name} />
      </h2>
      <dl className={styles.facts}>
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {hold.map(({ name, reason }) => (
          <div key={`hold ${name}`}>
            <dt>{say('settings.retention.hold', { name })}</dt>
            <dd>
              {reason}{' '}
              {mayWrite && act(say('settings.hold.end.act', { name }), { act: 'end', hold: name })}
            </dd>
          </div>
        ))}
      </dl>
      {mayWrite && managed(row) !== undefined && <p>{managed(row)}</p>}
      {mayWrite && (
        <div className={styles.acts}>
          {act(say('settings.retention.edit'), { act: 'edit' })}
          {act(say('settings.hold.make'), { act: 'hold' })}
        </div>
      )}
      <details>
        <summary>{say('settings.document')}</summary>
        <p>
          <Said
            text={
              set === undefined
                ? say('settings.document.free')
                : say('settings.document.managed', { set })
            }
          />
        </p>
        <CopyBlock text={JSON.stringify({ ledger: document.ledger ?? {} }, null, 2)} />
      </details>
      {doing?.act === 'edit' && <EditRetention row={row} onClose={close} />}
      {doing?.act === 'hold' && <NewHold row={row} onClose={close} />}
      {doing?.act === 'end' && <EndHold row={row} name={doing.hold} onClose={close} />}
    </section>
  )
}
