import { useLocation } from '@tanstack/react-router'
import { HelpCircle, Search } from 'lucide-react'
import type { Me } from '../api/session.ts'
import { paths } from '../paths.ts'
import { Go } from '../ui/Go.tsx'
import { useWords } from '../words/words.ts'
import { FaceSwitch } from './FaceSwitch.tsx'
import styles from './Frame.module.css'
import { PersonMenu } from './PersonMenu.tsx'
import { PlaneScope } from './PlaneScope.tsx'
import { faceOf } from './places.ts'

export const TopBar = ({
  me,
  onJump,
  onKeys,
}: {
  readonly me: Me
  readonly onJump: () => void
  readonly onKeys: () => void
}) => {
  const { say } = useWords()
  const face = useLocation({ select: ({ pathname }) => faceOf(pathname) })
  return (
    <header className={styles.top}>
      <Go to={face === 'portal' ? paths.portal() : paths.overview()} className={styles.mark ?? ''}>
        <img src="/m/mark.svg" alt="" width={18} height={18} />
        {say('frame.product')}
      </Go>
      <FaceSwitch me={me} face={face} />
      <div className={styles.scope}>
        <PlaneScope />
      </div>
      <button type="button" className={styles.jump} onClick={onJump}>
        <Search size={16} aria-hidden="true" />
        <span>{say('frame.jump')}…</span>
        <kbd>Ctrl K</kbd>
      </button>
      <button type="button" className={styles.icon} aria-label={say('frame.help')} onClick={onKeys}>
        <HelpCircle size={18} aria-hidden="true" />
      </button>
      <PersonMenu me={me} />
    </header>
  )
}
