import { useLocation } from '@tanstack/react-router'
import { Go } from '../ui/Go.tsx'
import { useCurrentInView } from '../ui/use-current-in-view.ts'
import { useWords } from '../words/words.ts'
import styles from './Frame.module.css'
import { faceOf, placeOf, placesOf } from './places.ts'

export const Rail = () => {
  const { say } = useWords()
  const pathname = useLocation({ select: ({ pathname }) => pathname })
  const here = placeOf(pathname)
  const nav = useCurrentInView(here?.id)
  return (
    <nav ref={nav} className={styles.rail} aria-label={say('frame.places')}>
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
