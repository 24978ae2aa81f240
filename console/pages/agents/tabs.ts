import { paths } from '../../paths.ts'
import type { Tab } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export const useAgentsTabs = (): readonly Tab[] => {
  const { say } = useWords()
  return [
    { to: paths.agents(), title: say('agents.title') },
    { to: paths.consumers(), title: say('agents.consumers') },
  ]
}
