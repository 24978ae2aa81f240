import type { Me } from '../api/session.ts'
import { paths } from '../paths.ts'
import { Choice } from '../ui/Choice.tsx'
import { useGo } from '../ui/Go.tsx'
import { useWords } from '../words/words.ts'
import type { Face } from './places.ts'

/** Only for who has both faces: whoever has none but the portal never reads the word Manager. */
export const FaceSwitch = ({ me, face }: { readonly me: Me; readonly face: Face }) => {
  const { say } = useWords()
  const go = useGo()
  if (!hasManager(me)) return null
  return (
    <Choice
      size="xs"
      aria-label={say('frame.face')}
      value={face}
      data={[
        { value: 'manager', label: say('frame.manager') },
        { value: 'portal', label: say('frame.portal') },
      ]}
      onChange={(to) => go(to === 'portal' ? paths.portal() : paths.overview())}
    />
  )
}

const hasManager = ({ person, planes }: Me): boolean => person.administrator || planes.length > 0
