import { useLocation } from '@tanstack/react-router'
import { Go } from '../ui/Go.tsx'
import { useWords } from '../words/words.ts'
import styles from './Frame.module.css'
import { faceOf, placeOf, placesOf } from './places.ts'

export const Rail = () => {
  const { say } = useWords()
  const pathname = useLocation({ select: ({ pathname }) => pathname })
  const here = placeOf(pathname)
  return (
    <nav className={styles.rail} aria-label={say('frame.places')}>
      <ul>
        {placesOf(faceOf(pathname)).map(({ id, title, to }) => (
          <li key={id}>
            <Go to={to} {...(here?.id === id && { 'aria-current': 'page' as const })}>
              {say(title)}
            </Go>
          </li>
        ))}
      </ul>
    </nav>
  )
}
