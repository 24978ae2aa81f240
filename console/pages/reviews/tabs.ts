import { paths } from '../../paths.ts'
import type { Tab } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export const useReviewTabs = (): readonly Tab[] => {
  const { say } = useWords()
  return [
    { to: paths.reviews(), title: say('frame.place.reviews') },
    { to: paths.drift(), title: say('drift.title') },
  ]
}
