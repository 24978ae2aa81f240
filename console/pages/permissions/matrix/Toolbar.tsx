import { useAnswer } from '../../../api/queries.ts'
import type { SearchState } from '../../../filters/use-search.ts'
import { Button } from '../../../ui/Button.tsx'
import { useWords } from '../../../words/words.ts'
import styles from './Matrix.module.css'
import { type Lens, lenses } from './shown.ts'

interface Props {
  readonly plane: string
  readonly state: SearchState
  readonly lens: Lens
  readonly isTable: boolean
  readonly isSwapped: boolean
  readonly servers: readonly string[]
}

const classes = ['read', 'write', 'destructive', 'unclassified'] as const

/** What of the matrix is looked at, and how: all of it stands in the address. */
export const Toolbar = ({ plane, state, lens, isTable, isSwapped, servers }: Props) => {
  const { say } = useWords()
  const params = { path: { plane }, query: { limit: 500 } }
  const consumers = useAnswer('/api/v1/planes/{plane}/consumers', { params })
  const chosen = (field: string) =>
    state.filters.find((one) => one.field === field && !one.not)?.values[0] ?? ''
  const choose = (field: string) => (value: string) =>
    state.filter({ field, not: false, values: value === '' ? [] : [value] })
  return (
    <div className={styles.bar}>
      <label>
        {say('permissions.rows')}
        <input
          type="search"
          data-search
          defaultValue={state.search.q ?? ''}
          key={state.search.q}
          onKeyDown={(event) =>
            event.key === 'Enter' && state.set({ q: event.currentTarget.value || undefined })
          }
          onBlur={(event) =>
            event.currentTarget.value !== (state.search.q ?? '') &&
            state.set({ q: event.currentTarget.value || undefined })
          }
        />
      </label>
      <Choice
        label={say('permissions.item')}
        all={say('permissions.all')}
        value={chosen('item')}
        values={servers.map((one) => [one, one])}
        onChange={choose('item')}
      />
      <Choice
        label={say('permissions.class')}
        all={say('permissions.all')}
        value={chosen('class')}
        values={classes.map((one) => [one, say(`ui.class.${one}`)])}
        onChange={choose('class')}
      />
      <Choice
        label={say('permissions.consumer')}
        all={say('permissions.all')}
        value={chosen('consumer')}
        values={(consumers.data?.items ?? []).map(({ document: { name } }) => [name, name])}
        onChange={choose('consumer')}
      />
      <span className={styles.spring} />
      {!isTable && (
        <fieldset className={styles.lenses}>
          <legend className="visually-hidden">{say('permissions.lens')}</legend>
          {lenses.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === lens}
              onClick={() => state.set({ lens: one === 'access' ? undefined : one })}
            >
              {say(`permissions.lens.${one}`)}
            </button>
          ))}
        </fieldset>
      )}
      {!isTable && (
        <Button onClick={() => state.set({ swap: isSwapped ? undefined : '1' })}>
          {say('permissions.swap')}
        </Button>
      )}
      <Button onClick={() => state.set({ view: isTable ? 'grid' : 'table' })}>
        {say(isTable ? 'permissions.asGrid' : 'permissions.asTable')}
      </Button>
    </div>
  )
}

const Choice = ({
  label,
  all,
  value,
  values,
  onChange,
}: {
  readonly label: string
  readonly all: string
  readonly value: string
  readonly values: readonly (readonly [string, string])[]
  readonly onChange: (value: string) => void
}) => (
  <label>
    {label}
    <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      <option value="">{all}</option>
      {values.map(([one, says]) => (
        <option key={one} value={one}>
          {says}
        </option>
      ))}
    </select>
  </label>
)
