import { paths } from '../../paths.ts'
import type { Tab } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export const usePermissionTabs = (): readonly Tab[] => {
  const { say } = useWords()
  return [
    { to: paths.permissions(), title: say('permissions.matrix') },
    { to: paths.grants(), title: say('permissions.grants') },
    { to: paths.limits(), title: say('permissions.limits') },
    { to: paths.explain(), title: say('permissions.explain') },
    { to: paths.tests(), title: say('permissions.tests') },
  ]
}
