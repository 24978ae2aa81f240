import { useWords } from '../../../words/words.ts'
import type { Head } from './axes.ts'
import type { GridHead } from './Grid.tsx'

const HeadText = ({ head, isOpen }: { readonly head: Head; readonly isOpen: boolean }) => {
  const { say } = useWords()
  switch (head.is) {
    case 'item':
      return (
        <>
          <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
          <code>{head.key}</code>
          <small>
            {say(head.item === 'API' ? 'ui.kind.api' : 'ui.kind.server')} {head.of.length}
          </small>
        </>
      )
    case 'capability':
      return (
        <>
          <code title={head.row.name}>{head.row.name}</code>
          <small>
            {say(`ui.class.${head.row.class}`)}
            {head.row.state === 'held' && ' ◆'}
          </small>
        </>
      )
    case 'agent':
      return (
        <>
          <span>{head.column.agent}</span>
          <small>{head.column.consumer}</small>
        </>
      )
  }
}

export const useGridHeads = () => {
  const { say } = useWords()
  return (head: Head, isShut: boolean): GridHead => {
    const shows = <HeadText head={head} isOpen={!isShut} />
    switch (head.is) {
      case 'item': {
        const kind = say(head.item === 'API' ? 'ui.kind.api' : 'ui.kind.server')
        const says = `${head.key}, ${kind}`
        return { key: head.key, says, shows, isGroup: true, isOpen: !isShut }
      }
      case 'capability': {
        const { name, server } = head.row
        return {
          key: head.key,
          says: `${name}, ${say(`ui.class.${head.row.class}`)}, ${server}`,
          shows,
        }
      }
      case 'agent': {
        const { agent, consumer } = head.column
        return { key: head.key, says: say('permissions.agentFor', { agent, consumer }), shows }
      }
    }
  }
}
