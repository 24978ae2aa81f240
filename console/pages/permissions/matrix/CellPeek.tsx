import { useAnswer } from '../../../api/queries.ts'
import { paths } from '../../../paths.ts'
import { Button } from '../../../ui/Button.tsx'
import { Failed } from '../../../ui/Failed.tsx'
import { Go } from '../../../ui/Go.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { useWords } from '../../../words/words.ts'
import { cellKey, edit, useDraft } from './draft.ts'
import { explainAddress } from './explain-address.ts'
import type { Cell, Column, Row } from './load.ts'
import styles from './Matrix.module.css'

interface Props {
  readonly plane: string
  readonly row: Row
  readonly column: Column
  readonly state: Cell
  readonly onClose: () => void
}

/** One cell beside the matrix: what the evaluator says of it, and what can be done about it. */
export const CellPeek = ({ plane, row, column, state, onClose }: Props) => {
  const { say } = useWords()
  const { server, kind, name } = row
  const { client, agent, consumer } = column
  const query = { client, server, kind, name }
  const can = useAnswer('/api/v1/planes/{plane}/can', { params: { path: { plane }, query } })
  const drafted = useDraft(plane).get(cellKey({ client, server, kind, name }))
  const change = (allow: boolean) => edit(plane, [{ ...query, state }], allow)
  const isUnclassified = row.class === 'unclassified'
  return (
    <aside
      className={styles.peek}
      aria-label={say('permissions.peek')}
      data-testid="permissions.peek"
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <header>
        <h2>
          <code>{name}</code>
        </h2>
        <Button onClick={onClose}>{say('ui.close')}</Button>
      </header>
      <p>
        {server} · {say(`ui.class.${row.class}`)}
        <br />
        {say('permissions.agentFor', { agent, consumer })}
      </p>
      <p data-testid="permissions.peek.state">
        <b>{say(`permissions.cell.${state}`)}</b>
        {drafted &&
          ` ✎ ${say(drafted.allow ? 'permissions.draft.allow' : 'permissions.draft.none')}`}
      </p>
      {can.isPending && <Loading what={name} rows={3} />}
      {can.error && <Failed what={name} problem={can.error} onRetry={can.refetch} />}
      {can.data && (
        <>
          <p>{can.data.because}</p>
          <ul className={styles.facts}>
            {can.data.considered.map(({ grant, verdict }) => (
              <li key={grant}>
                {say('permissions.peek.grant')} <code>{grant}</code>: {verdict}
              </li>
            ))}
            {can.data.rules.map(({ rule, verdict }) => (
              <li key={rule}>
                {say('permissions.peek.rule')} <code>{rule}</code>: {verdict}
              </li>
            ))}
            {can.data.quotas.map((quota) => (
              <li key={quota}>
                {say('permissions.peek.limit')} {quota}
              </li>
            ))}
          </ul>
        </>
      )}
      <div className={styles.buttons}>
        <Button
          tone="main"
          disabledReason={isUnclassified ? say('permissions.unclassified') : undefined}
          onClick={() => change(true)}
        >
          {say('permissions.allow')}
        </Button>
        <Button onClick={() => change(false)}>{say('permissions.withdraw')}</Button>
      </div>
      <p className={styles.links}>
        <Go to={`${paths.explain()}?${explainAddress(row, column)}`}>
          {say('permissions.explain')}
        </Go>
        <Go
          to={`${paths.ledger()}?t=30d&f.agent=${agent}&f.consumer=${consumer}&f.capability=${encodeURIComponent(`${server}/${name}`)}`}
        >
          {say('permissions.calls')}
        </Go>
      </p>
    </aside>
  )
}
