import { useAct } from '../../api/queries.ts'
import { paths } from '../../paths.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { useGo } from '../../ui/Go.tsx'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import type { ItemAnswer } from './classes.ts'
import { grantsOver, useGrants } from './grants-over.ts'

/** Cannot be taken back: shows whose grants name the item, and asks for its name. */
export const RemoveItem = ({
  item,
  onClose,
}: {
  readonly item: ItemAnswer
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const go = useGo()
  const { plane, server, kind } = item
  const removeServer = useAct('delete', '/api/v1/planes/{plane}/servers/{name}')
  const removeApi = useAct('delete', '/api/v1/planes/{plane}/apis/{name}')
  const grants = grantsOver(useGrants(plane).rows, server)
  const agents = new Set(grants.map(({ agent, group }) => agent ?? group ?? ''))
  const remove = (reason: string) => {
    const params = {
      path: { plane, name: server },
      header: { 'If-Match': '*', ...(reason !== '' && { 'X-Reason': reason }) },
    }
    const done = said(say('catalog.removed', { item: server }), () => go(paths.catalog()))
    if (kind === 'API') removeApi.mutate({ params }, done)
    else removeServer.mutate({ params }, done)
  }
  return (
    <ActDialog
      title={say('catalog.remove.title', { item: server })}
      act={say('catalog.remove.act')}
      tier={2}
      typed={server}
      isBusy={removeServer.isPending || removeApi.isPending}
      problem={removeServer.error ?? removeApi.error}
      onAct={remove}
      onClose={onClose}
    >
      <p>{say('catalog.remove.says', { grants: grants.length, agents: agents.size })}</p>
      {agents.size > 0 && <p>{[...agents].join(', ')}</p>}
    </ActDialog>
  )
}
