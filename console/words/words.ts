import { IntlMessageFormat } from 'intl-messageformat'
import { createContext, useContext } from 'react'
import type { en } from './en.ts'

/** A text of the catalogue: pages hold keys and never a sentence. */
export type Key = keyof typeof en
export type Values = Readonly<Record<string, string | number | Date>>
export const languages = ['en', 'tr'] as const
export type Language = (typeof languages)[number]

export interface Words {
  readonly language: Language
  say(key: Key, values?: Values): string
  /** Digits, dates and lists in the manner of the language. */
  readonly number: (value: number, options?: Intl.NumberFormatOptions) => string
}

/** English is the catalogue; another language has the same keys, which its type makes sure of. */
export type Catalogue = Readonly<Record<Key, string>>

export const createWords = (language: Language, catalogue: Catalogue): Words => {
  const compiled = new Map<Key, IntlMessageFormat>()
  const formatOf = (key: Key): IntlMessageFormat => {
    const known = compiled.get(key)
    if (known) return known
    const fresh = new IntlMessageFormat(catalogue[key], language)
    compiled.set(key, fresh)
    return fresh
  }
  return {
    language,
    say: (key, values) => String(formatOf(key).format(values)),
    number: (value, options) => new Intl.NumberFormat(language, options).format(value),
  }
}

/** Loaded alone: nobody reads two languages at once. */
export const loadWords = async (language: Language): Promise<Words> => {
  const catalogue: Catalogue =
    language === 'tr' ? (await import('./tr.ts')).tr : (await import('./en.ts')).en
  return createWords(language, catalogue)
}

const kept = 'bailiwick.language'
export const chosenLanguage = (): Language => {
  const written = localStorage.getItem(kept) ?? navigator.language
  return languages.find((one) => written === one || written.startsWith(`${one}-`)) ?? 'en'
}
export const keepLanguage = (language: Language): void => localStorage.setItem(kept, language)

const Spoken = createContext<Words | undefined>(undefined)
export const WordsProvider = Spoken.Provider

export const useWords = (): Words => {
  const words = useContext(Spoken)
  if (!words) throw new Error('useWords stands outside of WordsProvider')
  return words
}
