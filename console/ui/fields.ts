import { useState } from 'react'

interface Typed {
  readonly currentTarget: { readonly value: string }
}

/** What a field of a form takes: its value, and what to do when it is typed in. */
export interface Field {
  readonly value: string
  readonly onChange: (event: Typed) => void
}

/** Fields by name, over texts that somebody else keeps. */
export const fieldsOf =
  <N extends string>(
    texts: Readonly<Record<N, string>>,
    onChange: (changed: Partial<Readonly<Record<N, string>>>) => void,
  ) =>
  (name: N): Field => ({
    value: texts[name],
    onChange: ({ currentTarget: { value } }) =>
      onChange({ [name]: value } as Partial<Record<N, string>>),
  })

/** The texts of a form, kept while it stands, and its fields: `<TextInput {...field('name')} />`. */
export const useFields = <F extends Readonly<Record<string, string>>>(first: F) => {
  const [texts, setTexts] = useState<Readonly<Record<keyof F & string, string>>>(first)
  const field = fieldsOf(texts, (changed) => setTexts((before) => ({ ...before, ...changed })))
  return { texts, field }
}
