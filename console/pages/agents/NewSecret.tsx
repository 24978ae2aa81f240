import { Select } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../api/queries.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { useWords } from '../../words/words.ts'
import { Shown } from './Shown.tsx'

export interface NewProps {
  readonly plane: string
  readonly name: string
  readonly consumers: readonly string[]
  readonly onClose: () => void
}

/** The one before it is void at once: whoever uses it feels it. */
export const NewSecret = ({ plane, name, consumers, onClose }: NewProps) => {
  const { say } = useWords()
  const [consumer, setConsumer] = useState(consumers[0] ?? '')
  const make = useAct('post', '/api/v1/planes/{plane}/agents/{name}/secret')
  if (make.data)
    return <Shown title={say('agents.secret.made')} secret={make.data.secret} onClose={onClose} />
  return (
    <ActDialog
      title={say('agents.secret.title', { name })}
      act={say('agents.secret.act')}
      tier={1}
      isBusy={make.isPending}
      problem={make.error}
      onAct={(reason) =>
        make.mutate({
          params: {
            path: { plane, name },
            ...(reason !== '' && { header: { 'X-Reason': reason } }),
          },
          body: { consumer },
        })
      }
      onClose={onClose}
    >
      <p>{say('agents.secret.says')}</p>
      <Consumer consumers={consumers} value={consumer} onChange={setConsumer} />
    </ActDialog>
  )
}

/** For whom it acts by it; nothing to choose where there is one. */
export const Consumer = ({
  consumers,
  value,
  onChange,
}: {
  readonly consumers: readonly string[]
  readonly value: string
  readonly onChange: (consumer: string) => void
}) => {
  const { say } = useWords()
  if (consumers.length < 2) return null
  return (
    <Select
      label={say('agents.see.consumer')}
      allowDeselect={false}
      // A dialog of the browser lies above everything that is not in it.
      comboboxProps={{ withinPortal: false }}
      value={value}
      data={[...consumers]}
      onChange={(one) => one !== null && onChange(one)}
    />
  )
}
