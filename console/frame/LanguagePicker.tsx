import { keepLanguage, type Language, languages, useWords } from '../words/words.ts'
import styles from './LanguagePicker.module.css'

/** In their own words, for who cannot read the other one. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', tr: 'Türkçe' }

export const speak = (next: Language): void => {
  keepLanguage(next)
  location.reload()
}

/** Where nobody is signed in, and so no menu of theirs is there. */
export const LanguagePicker = () => {
  const { say, language } = useWords()
  return (
    <fieldset className={styles.languages} aria-label={say('frame.language')}>
      {languages.map((one) => (
        <button
          key={one}
          type="button"
          lang={one}
          aria-pressed={language === one}
          onClick={() => speak(one)}
        >
          {languageNames[one]}
        </button>
      ))}
    </fieldset>
  )
}
