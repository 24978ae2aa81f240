import { useAnswer } from '../../api/queries.ts'
import { ledgerOf } from '../../filters/ledger-of.ts'
import { CallsOfWeek } from '../../parts/CallsOf.tsx'
import { paths } from '../../paths.ts'
import { CopyButton } from '../../ui/Copy.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Peek } from '../../ui/Peek.tsx'
import { spelledOut } from '../../ui/WordDiff.tsx'
import { useWords } from '../../words/words.ts'
import { type Capability, type ItemAnswer, keyOf } from './classes.ts'
import styles from './Definition.module.css'

/** A definition beside the list: what should be read first, and exactly what agents would be told. */
export const CapabilityPeek = ({
  item,
  at,
  ...walk
}: {
  readonly item: ItemAnswer
  readonly at: string
  readonly keys: readonly string[]
  readonly onMove: (key: string) => void
  readonly onClose: () => void
}) => {
  const row = item.capabilities.find((one) => keyOf(one) === at)
  if (!row) return null
  const capability = `${item.server}/${row.name}`
  const to = ledgerOf({ capability }, { plane: item.plane, t: '7d' })
  return (
    <Peek title={row.name} to={to} at={at} {...walk}>
      <p>
        <CallsOfWeek plane={item.plane} of={{ capability }} />
      </p>
      <Definition item={item} row={row} />
    </Peek>
  )
}

const Definition = ({ item, row }: { readonly item: ItemAnswer; readonly row: Capability }) => {
  const { say } = useWords()
  const { data, error, refetch } = useAnswer(
    '/api/v1/planes/{plane}/status/servers/{name}/definition',
    {
      params: {
        path: { plane: item.plane, name: item.server },
        query: { kind: row.kind, name: row.name },
      },
    },
  )
  const told = data && (data.observed?.definition ?? data.definition)
  const json = told && JSON.stringify(told, null, 2)
  return (
    <>
      {row.state === 'held' && (
        <p>
          {say('catalog.held')}{' '}
          <Go to={`${paths.driftOf(item.server, keyOf(row))}&plane=${item.plane}`}>
            {say('catalog.review')}
          </Go>
        </p>
      )}
      {row.findings.length > 0 && (
        <section>
          <h3>{say('catalog.findings')}</h3>
          <Findings findings={row.findings} />
        </section>
      )}
      {error && <Failed what={row.name} problem={error} onRetry={refetch} />}
      {!told && !error && <Loading what={row.name} />}
      {told && typeof told.description === 'string' && (
        <section>
          <h3>{say('catalog.description')}</h3>
          <p className={styles.text}>{spelledOut(told.description)}</p>
        </section>
      )}
      {json !== undefined && (
        <section>
          <h3>{say('catalog.exact')}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
          <pre className={styles.json} tabIndex={0}>
            <code>{spelledOut(json)}</code>
          </pre>
          <CopyButton text={json} label={say('catalog.copyJson')} />
        </section>
      )}
    </>
  )
}

/** What the scan found, the worst first: where, what, and the words with everything spelled out. */
export const Findings = ({ findings }: { readonly findings: Capability['findings'] }) => {
  const { say } = useWords()
  return (
    <ul className={styles.findings}>
      {findings.map(({ severity, says, at, excerpt }) => (
        <li key={`${at} ${says} ${excerpt}`} data-severity={severity}>
          <strong>
            {severity === 'info' ? 'ⓘ' : '◆'} {say(`catalog.severity.${severity}`)}
          </strong>{' '}
          {says} {at !== '' && <code>{at}</code>}
          {excerpt !== '' && <mark>{spelledOut(excerpt)}</mark>}
        </li>
      ))}
    </ul>
  )
}
