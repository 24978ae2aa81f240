import { NativeSelect, TextInput } from '@mantine/core'
import type { FormEvent } from 'react'
import { fixedRange, type Range } from '../../../filters/time.ts'
import type { SearchState } from '../../../filters/use-search.ts'
import { Button } from '../../../ui/Button.tsx'
import { useFields } from '../../../ui/fields.ts'
import { RangePicker } from '../../../ui/RangePicker.tsx'
import { useWords } from '../../../words/words.ts'
import { Times } from '../Times.tsx'
import styles from './Find.module.css'
import type { Place } from './places.ts'
import { longestText } from './sought.ts'
import type { Sought } from './use-found.ts'

interface Props {
  readonly places: readonly Place[]
  readonly range: Range
  readonly state: SearchState
  readonly onFind: (asked: Omit<Sought, 'at' | 'range'>) => void
}

/** Whom somebody looks for, by which argument, in which time, and why. */
export const FindForm = ({ places, range, state, onFind }: Props) => {
  const { say } = useWords()
  const { texts, field } = useFields({ text: '', reason: '' })
  const { text, reason } = texts
  const only = places.length === 1 ? places[0] : undefined
  const place = places.find(({ argument }) => argument === state.search.argument) ?? only
  const isLong = text.length > longestText
  // Undefined where the page was not got over HTTPS.
  const canHash = (globalThis.crypto?.subtle as SubtleCrypto | undefined) !== undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!place || text === '' || isLong || !canHash) return
    const { argument, planes } = place
    onFind({ planes, argument, text, reason: reason.trim() })
  }
  return (
    <form className={styles.form} data-testid="find.form" autoComplete="off" onSubmit={submit}>
      <div className={styles.fields}>
        <NativeSelect
          label={say('find.argument')}
          description={say('find.argument.hint')}
          data={[
            ...(only ? [] : [{ value: '', label: say('find.argument.none') }]),
            ...places.map(({ argument }) => ({ value: argument, label: argument })),
          ]}
          value={place?.argument ?? ''}
          onChange={(event) =>
            state.set({ argument: event.currentTarget.value || undefined }, true)
          }
        />
        <TextInput
          label={say('find.text')}
          description={say(text.trim() === text ? 'find.text.hint' : 'find.text.spaces')}
          // What looks over spelling may ask elsewhere, and what completes keeps it.
          spellCheck={false}
          autoComplete="off"
          error={isLong ? say('find.text.long', { most: longestText }) : undefined}
          {...field('text')}
        />
        <TextInput
          label={say('ui.reason')}
          description={say('find.reason.hint')}
          maxLength={500}
          {...field('reason')}
        />
      </div>
      <div className={styles.act}>
        <RangePicker value={range.text} onChange={(t) => state.set({ t }, true)} />
        <Times range={range} onRange={(from, to) => state.set({ t: fixedRange(from, to) }, true)} />
        <Button type="submit" tone="main" disabled={!place || text === '' || isLong || !canHash}>
          {say('find.act')}
        </Button>
      </div>
      {!canHash && <p role="alert">{say('find.insecure')}</p>}
      {place && <Where place={place} />}
    </form>
  )
}

const Where = ({ place }: { readonly place: Place }) => {
  const { say } = useWords()
  const { capabilities, count, others, otherCount } = place
  const told = (names: readonly string[], all: number) => {
    const first = names.slice(0, mostTold)
    return { names: first.join(', '), more: all - first.length }
  }
  return (
    <div className={styles.where}>
      <p data-testid="find.in">{say('find.in', told(capabilities, count))}</p>
      {otherCount > 0 && <p data-testid="find.not">{say('find.not', told(others, otherCount))}</p>}
    </div>
  )
}
const mostTold = 8
