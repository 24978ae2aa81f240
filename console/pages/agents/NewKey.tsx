import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../api/queries.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { useWords } from '../../words/words.ts'
import { Consumer, type NewProps } from './NewSecret.tsx'
import { Shown } from './Shown.tsx'

/** A bearer token for the REST APIs of the plane, until its end. */
export const NewKey = ({ plane, name, consumers, onClose }: NewProps) => {
  const { say } = useWords()
  const [consumer, setConsumer] = useState(consumers[0] ?? '')
  const [until, setUntil] = useState('')
  const [label, setLabel] = useState('')
  const make = useAct('post', '/api/v1/planes/{plane}/agents/{name}/keys')
  if (make.data)
    return <Shown title={say('agents.key.made.title')} secret={make.data.key} onClose={onClose} />
  return (
    <ActDialog
      title={say('agents.key.title', { name })}
      act={say('agents.key.create')}
      tier={1}
      isBusy={make.isPending}
      problem={make.error}
      disabledReason={until === '' ? say('agents.key.needsEnd') : undefined}
      onAct={(reason) =>
        make.mutate({
          params: { path: { plane, name } },
          body: {
            consumer,
            until,
            ...(label !== '' && { label }),
            ...(reason !== '' && { reason }),
          },
        })
      }
      onClose={onClose}
    >
      <p>{say('agents.key.says')}</p>
      <Consumer consumers={consumers} value={consumer} onChange={setConsumer} />
      <TextInput
        type="date"
        label={say('agents.until')}
        required
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      <TextInput
        label={say('agents.key.label')}
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
    </ActDialog>
  )
}
