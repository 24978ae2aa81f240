import type { ReactNode } from 'react'
import { useAnswers } from '../../api/queries.ts'
import { FullStrip } from '../../parts/FullStrip.tsx'
import { PlaneName } from '../../parts/planes.tsx'
import { When } from '../../parts/when.tsx'
import { paths } from '../../paths.ts'
import { CopyButton } from '../../ui/Copy.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Peek } from '../../ui/Peek.tsx'
import { useWords, type Words } from '../../words/words.ts'
import { capabilityOf } from './capability.ts'
import { toldArgument } from './columns.tsx'
import styles from './Entries.module.css'
import { sayValue, titleOf } from './fields.ts'
import { type CallRow, keyOf } from './merge.ts'

const path = '/api/v1/planes/{plane}/calls/{call}'

interface Props {
  readonly at: string
  readonly rows: readonly CallRow[]
  readonly keys: readonly string[]
  readonly planes: readonly string[]
  readonly onMove: (key: string) => void
  readonly onClose: () => void
}

/** One call beside the list: its way, and everything that its entries say. A link may name one further back. */
export const CallPeek = ({ at, rows, planes, ...rest }: Props) => {
  const { say } = useWords()
  const listed = rows.find((row) => keyOf(row) === at)
  const answers = useAnswers(
    path,
    planes.map((plane) => [plane, { params: { path: { plane, call: at } } }] as const),
    { enabled: listed === undefined && at.startsWith('cal_') },
  )
  const found = answers.find(({ query }) => query.data && !query.isPlaceholderData)
  const record = found?.query.data?.record
  const row = listed ?? (record && found ? { ...record, plane: found.plane } : undefined)
  const problem = answers.find(({ query }) => query.error)?.query.error
  const to = row && row.call === '' ? paths.entry(row.position) : paths.call(at)
  return (
    <Peek
      title={row ? capabilityOf(row) : at}
      to={row ? `${to}?plane=${row.plane}` : to}
      at={at}
      {...rest}
    >
      {row ? (
        <About row={row} />
      ) : problem ? (
        <Failed what={at} problem={problem} />
      ) : (
        <Loading what={say('ledger.title')} />
      )}
    </Peek>
  )
}

const About = ({ row }: { readonly row: CallRow }) => {
  const words = useWords()
  const { say, number } = words
  return (
    <>
      <FullStrip path={row.path} facts={{ record: `#${number(row.position)}` }} />
      <dl className={styles.facts}>
        {factsOf(words, row).map(({ title, value }) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {Object.entries(row.indexed).map(([name, value]) => (
          <div key={`arg.${name}`}>
            <dt>{say('ledger.argument', { name })}</dt>
            <dd>
              <code>{toldArgument(value)}</code>
            </dd>
          </div>
        ))}
      </dl>
      {row.call !== '' && (
        <p className={styles.line}>
          <code>{row.call}</code>
          <CopyButton text={row.call} />
        </p>
      )}
    </>
  )
}

const factsOf = (words: Words, row: CallRow): { title: string; value: ReactNode }[] => {
  const { say, number } = words
  const name = (text: string | undefined) => text && <code>{text}</code>
  const { agent, consumer, outcome } = row
  const all: { title: string; value: ReactNode }[] = [
    { title: say('ledger.column.at'), value: <When at={row.at} /> },
    { title: say('frame.plane'), value: <PlaneName plane={row.plane} /> },
    { title: titleOf(words, 'agent'), value: <Go to={paths.agent(agent)}>{agent}</Go> },
    { title: titleOf(words, 'consumer'), value: name(consumer) },
    { title: titleOf(words, 'user'), value: name(row.user) },
    { title: titleOf(words, 'capability'), value: name(capabilityOf(row)) },
    { title: titleOf(words, 'class'), value: row.class && sayValue(words, 'class', row.class) },
    { title: say('ledger.because'), value: row.because },
    { title: titleOf(words, 'rule'), value: name(row.rules.join(', ')) },
    { title: titleOf(words, 'grant'), value: name(row.grant) },
    { title: titleOf(words, 'quota'), value: name(row.quota) },
    {
      title: titleOf(words, 'outcome'),
      value: outcome && sayValue(words, 'outcome', outcome.status),
    },
    {
      title: say('ledger.column.ms'),
      value: outcome && number(outcome.ms, { maximumFractionDigits: 1 }),
    },
    { title: say('ledger.column.bytes'), value: outcome && number(outcome.resultBytes) },
    { title: titleOf(words, 'run'), value: name(row.run) },
    { title: titleOf(words, 'trace'), value: name(row.trace) },
    { title: titleOf(words, 'method'), value: name(row.method) },
    { title: say('ledger.count'), value: row.count > 1 && number(row.count) },
  ]
  return all.filter(({ value }) => value)
}
