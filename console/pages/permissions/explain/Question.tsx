import { Autocomplete, NativeSelect, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useAnswer } from '../../../api/queries.ts'
import type { SearchState } from '../../../filters/use-search.ts'
import { useRights } from '../../../parts/rights.ts'
import { useWords } from '../../../words/words.ts'
import { type Asking, argumentsOf, kinds } from '../explaining.ts'
import styles from './Explain.module.css'
import { useCapabilities } from './use-capabilities.ts'

type Set = SearchState['set']

/** Can AGENT acting for CONSUMER call CAPABILITY with ARGUMENTS at TIME: each a key of the address. */
export const Question = ({ asking, set }: { readonly asking: Asking; readonly set: Set }) => {
  const { say } = useWords()
  const { plane = '', agent = '', consumer = '' } = asking
  const rights = useRights(plane)
  const agents = useAnswer(
    '/api/v1/planes/{plane}/status/agents',
    { params: { path: { plane }, query: { limit: 500 } } },
    { enabled: rights.plane && plane !== '' },
  )
  const all = agents.data?.items ?? []
  const consumers = all.find((one) => one.agent === agent)?.consumers ?? []
  const capabilities = useCapabilities(asking)
  const choose = (name: string) => {
    const own = all.find((one) => one.agent === name)?.consumers ?? []
    set({ agent: name, consumer: own.length === 1 ? own[0] : undefined, client: undefined })
  }
  return (
    <form
      className={styles.question}
      data-testid="explain.question"
      onSubmit={(event) => event.preventDefault()}
    >
      <NativeSelect
        label={say('explain.agent')}
        data={withEmpty([...all.map((one) => one.agent)], agent)}
        value={agent}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      <NativeSelect
        label={say('explain.consumer')}
        data={withEmpty(consumers, consumer)}
        value={consumer}
        onChange={(event) => set({ consumer: event.currentTarget.value || undefined })}
      />
      <Written
        label={say('explain.capability')}
        value={asking.cap}
        options={capabilities}
        onWritten={(cap) => set({ cap, server: undefined, name: undefined })}
      />
      <NativeSelect
        label={say('explain.kind')}
        data={kinds.map((kind) => ({ value: kind, label: say(`explain.kind.${kind}`) }))}
        value={asking.kind ?? 'tool'}
        onChange={({ currentTarget: { value } }) =>
          set({ kind: value === 'tool' ? undefined : value })
        }
      />
      <Written
        label={say('explain.args')}
        value={asking.args}
        error={argumentsOf(asking.args).isBad ? say('explain.args.bad') : undefined}
        onWritten={(args) => set({ args })}
      />
      <Written
        label={say('explain.at')}
        value={asking.at}
        placeholder={say('explain.at.now')}
        onWritten={(at) => set({ at })}
      />
    </form>
  )
}

/** What stands in the address is shown, whether or not it is there now. */
const withEmpty = (names: readonly string[], chosen: string): string[] => [
  ...new Set(['', ...names, chosen]),
]

/** Taken when it is left or Enter is pressed: half a word is no question. */
const Written = (about: {
  readonly label: string
  readonly value: string | undefined
  readonly options?: readonly string[]
  readonly placeholder?: string
  readonly error?: string | undefined
  readonly onWritten: (value: string | undefined) => void
}) => {
  const { label, value = '', options, placeholder, error } = about
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const take = (next: string) => {
    const written = next.trim()
    if (written !== value) about.onWritten(written === '' ? undefined : written)
  }
  const common = {
    label,
    value: text,
    autoComplete: 'off',
    spellCheck: false,
    onBlur: () => take(text),
    ...(placeholder !== undefined && { placeholder }),
    ...(error !== undefined && { error }),
  }
  if (options)
    return (
      <Autocomplete
        {...common}
        data={[...options]}
        limit={50}
        onChange={setText}
        onOptionSubmit={take}
        onKeyDown={({ key }) => key === 'Enter' && take(text)}
      />
    )
  return (
    <TextInput
      {...common}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={({ key }) => key === 'Enter' && take(text)}
    />
  )
}
