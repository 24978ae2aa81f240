import { PlaneName } from '../../parts/planes.tsx'
import { CopyBlock } from '../../ui/Copy.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { useWords } from '../../words/words.ts'
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

const OfPlane = ({ row: { document, set } }: { readonly row: PlaneRow }) => {
  const { say } = useWords()
  const { retain, hold = [] } = document.ledger ?? {}
  const facts = [
    [say('settings.retention.entries'), retain?.entries ?? say('settings.retention.tenYears')],
    [say('settings.retention.payloads'), retain?.payloads ?? say('settings.retention.forEver')],
    ...Object.entries(retain?.classes ?? {}).map(([name, days]) => [
      say('settings.retention.class', { class: name }),
      days,
    ]),
    ...hold.map(({ name, reason }) => [say('settings.retention.hold', { name }), reason]),
  ]
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
      </dl>
      <details>
        <summary>{say('settings.document')}</summary>
        <p>
          {set === undefined
            ? say('settings.document.free')
            : say('settings.document.managed', { set })}
        </p>
        <CopyBlock text={JSON.stringify({ ledger: document.ledger ?? {} }, null, 2)} />
      </details>
    </section>
  )
}
