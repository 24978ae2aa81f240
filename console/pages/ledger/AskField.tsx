import { TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { type FormEvent, useEffect, useId, useState } from 'react'
import { paths } from '../../paths.ts'
import type { Facet } from '../../ui/Facets.tsx'
import { useGo } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'
import styles from './Entries.module.css'
import { landingOf, readQuestion } from './question.ts'

const mostOffered = 8

/** One field for what is known: an id that is pasted leads to its page, a word offers what is called so. */
export const AskField = ({
  value,
  facets,
  onAsk,
  onFilter,
}: {
  readonly value: string
  readonly facets: readonly Facet[]
  readonly onAsk: (q: string | undefined) => void
  readonly onFilter: (field: string, value: string) => void
}) => {
  const { say, number } = useWords()
  const go = useGo()
  const id = useId()
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const { loose } = readQuestion(text)
  const word = loose.at(-1)
  const offered = word === undefined ? [] : offeredFor(word, facets)
  const take = (field: string, name: string) => {
    const rest = text.slice(0, text.lastIndexOf(word ?? '')).trim()
    setText(rest)
    onFilter(field, name)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const landing = landingOf(text)
    if (landing?.to === 'call') return go(paths.call(landing.id))
    if (landing?.to === 'entry') return go(paths.entry(landing.position))
    if (landing?.to === 'trace') return take('trace', landing.id)
    const exact = offered.find(({ value }) => value.toLowerCase() === word?.toLowerCase())
    if (exact) return take(exact.field, exact.value)
    onAsk(text.trim() || undefined)
  }
  return (
    <search className={styles.ask}>
      <form onSubmit={submit}>
        <TextInput
          size="xs"
          type="search"
          data-testid="ledger.ask"
          aria-label={say('ledger.ask')}
          aria-describedby={loose.length > 0 ? id : undefined}
          placeholder={say('ledger.ask.hint')}
          leftSection={<Search size={16} aria-hidden="true" />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {word !== undefined && (
          <div id={id} className={styles.offers} role="status" data-testid="ledger.offers">
            {offered.length === 0 && landingOf(text) === undefined && (
              <p>{say('ledger.ask.nothing', { word })}</p>
            )}
            {offered.map(({ field, title, value, count }) => (
              <button key={`${field}=${value}`} type="button" onClick={() => take(field, value)}>
                {title} <code>{value}</code> <span>{number(count)}</span>
              </button>
            ))}
          </div>
        )}
      </form>
    </search>
  )
}

/** What is called so among what was counted; letters are compared in no language's manner. */
const offeredFor = (word: string, facets: readonly Facet[]) =>
  facets
    .flatMap(({ field, title, values }) =>
      values
        .filter(({ value }) => value.toLowerCase().includes(word.toLowerCase()))
        .map(({ value, count }) => ({ field, title, value, count })),
    )
    .toSorted((a, b) => b.count - a.count)
    .slice(0, mostOffered)
