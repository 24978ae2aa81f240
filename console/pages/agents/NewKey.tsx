import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../api/queries.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { useFields } from '../../ui/fields.ts'
import { useWords } from '../../words/words.ts'
import { Consumer, type NewProps } from './NewSecret.tsx'
import { Shown } from './Shown.tsx'

/** A bearer token for the REST APIs of the plane, until its end. */
export const NewKey = ({ plane, name, consumers, onClose }: NewProps) => {
  const { say } = useWords()
  const [consumer, setConsumer] = useState(consumers[0] ?? '')
  const { texts, field } = useFields({ until: '', label: '' })
  const { until, label } = texts
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
      <TextInput type="date" label={say('agents.until')} required {...field('until')} />
      <TextInput label={say('agents.key.label')} {...field('label')} />
    </ActDialog>
  )
}
