import type { Answer } from '../../api/client.ts'
import { useAnswer } from '../../api/queries.ts'
import type { Filter } from '../../filters/grammar.ts'
import { type Range, sinceUntil } from '../../filters/time.ts'
import { Button } from '../../ui/Button.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Dimmed, Loading } from '../../ui/Loading.tsx'
import { useWords } from '../../words/words.ts'
import styles from './Entries.module.css'
import { fieldOfAddress, sayValue, titleOf } from './fields.ts'
import { askOf } from './question.ts'

const path = '/api/v1/planes/{plane}/calls/difference'
type Different = Answer<'get', typeof path>['values'][number]

interface Props {
  readonly plane: string
  readonly filters: readonly Filter[]
  readonly range: Range
  /** A longer time to hold them against; else the same time without what filters. */
  readonly against: Range | undefined
  readonly onFilter: (field: string, value: string, not: boolean) => void
}

/** Which values these calls have more of than the others: where somebody would look first. */
export const Difference = ({ plane, filters, range, against, onFilter }: Props) => {
  const { say, number } = useWords()
  const base = against ? askOf(filters, against) : sinceUntil(range)
  const query = {
    ...askOf(filters, range),
    ...('where' in base && { against: base.where }),
    ...('any' in base && { againstAny: base.any }),
    againstSince: base.since,
    ...(base.until !== undefined && { againstUntil: base.until }),
    top: 12,
  }
  const answer = useAnswer(path, { params: { path: { plane }, query } })
  const what = say('ledger.difference')
  if (answer.error) return <Failed what={what} problem={answer.error} onRetry={answer.refetch} />
  if (!answer.data) return <Loading what={what} rows={2} />
  const { total, rest } = answer.data
  const asked = filters.map(({ field }) => field)
  // What was asked for is no finding, nor is what hardly differs.
  const values = answer.data.values.filter(
    ({ field, share, restShare }) =>
      !asked.includes(fieldOfAddress(field)) && share - restShare >= 0.01,
  )
  return (
    <section className={styles.difference} aria-label={what} data-testid="ledger.difference">
      <h2>{say('ledger.difference.of', { total: number(total), rest: number(rest) })}</h2>
      <Dimmed on={answer.isPlaceholderData}>
        {total === 0 || rest === 0 || values.length === 0 ? (
          <p>{say(rest === 0 ? 'ledger.difference.noRest' : 'ledger.difference.none')}</p>
        ) : (
          <ul>
            {values.map((one) => (
              <One key={`${one.field}=${one.value}`} one={one} onFilter={onFilter} />
            ))}
          </ul>
        )}
      </Dimmed>
    </section>
  )
}

const One = ({
  one: { field: api, value, share, restShare },
  onFilter,
}: { readonly one: Different } & Pick<Props, 'onFilter'>) => {
  const words = useWords()
  const { say, number } = words
  const field = fieldOfAddress(api)
  const percent = (part: number) =>
    number(part, { style: 'percent', maximumFractionDigits: part < 0.1 ? 1 : 0 })
  const told = sayValue(words, field, value)
  return (
    <li data-field={field} data-value={value}>
      <span className={styles.differs}>
        {titleOf(words, field)} <code>{told}</code>
      </span>
      <span className={styles.bars} aria-hidden="true">
        <i style={{ width: `${share * 100}%` }} />
        <i style={{ width: `${restShare * 100}%` }} />
      </span>
      <span className={styles.shares}>
        {say('ledger.difference.shares', { share: percent(share), rest: percent(restShare) })}
      </span>
      <span>
        <Button
          variant="subtle"
          aria-label={say('ui.filters.only', { value: told })}
          onClick={() => onFilter(field, value, false)}
        >
          =
        </Button>
        <Button
          variant="subtle"
          aria-label={say('ui.filters.exclude', { value: told })}
          onClick={() => onFilter(field, value, true)}
        >
          ≠
        </Button>
      </span>
    </li>
  )
}
