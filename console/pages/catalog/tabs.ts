import { paths } from '../../paths.ts'
import type { Tab } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export const useCatalogTabs = (): readonly Tab[] => {
  const { say } = useWords()
  return [
    { to: paths.catalog(), title: say('catalog.items') },
    { to: paths.capabilities(), title: say('catalog.capabilities') },
  ]
}
