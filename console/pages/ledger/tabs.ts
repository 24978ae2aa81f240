import { paths } from '../../paths.ts'
import type { Tab } from '../../ui/Page.tsx'
import type { Words } from '../../words/words.ts'

export const ledgerTabs = ({ say }: Words): readonly Tab[] => [
  { to: paths.ledger(), title: say('ledger.entries') },
  { to: paths.find(), title: say('find.title') },
  { to: paths.integrity(), title: say('integrity.title') },
  { to: paths.exports(), title: say('ledger.exports') },
]
