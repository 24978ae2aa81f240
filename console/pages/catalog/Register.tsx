import { useState } from 'react'
import type { Told } from '../../api/client.ts'
import { useMe } from '../../api/session.ts'
import { useListState } from '../../filters/use-search.ts'
import { useOnePlane } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { Failed } from '../../ui/Failed.tsx'
import { useGo } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'
import type { ItemDocument } from './classes.ts'
import { MetServer } from './MetServer.tsx'
import { RegisterForm } from './RegisterForm.tsx'
import { empty, type Registration, registrationOf, runnerOf } from './registration.ts'
import { useDocument } from './use-document.ts'
import { useItem } from './use-item.ts'
import { useRegistering } from './use-registering.ts'

const known = { fields: [], keys: ['item'] }

/** Registering an item, or registering it again with other words. */
export default function Register() {
  const { say } = useWords()
  const { search } = useListState(known)
  const plane = useOnePlane()
  const me = useMe().data
  const name = search.item
  const found = useItem(name ?? '', name !== undefined)
  const { item } = found
  const standing = useDocument(
    { plane: item?.plane ?? '', kind: item?.kind ?? 'Server', name: name ?? '' },
    item !== undefined,
  )
  const title =
    name === undefined ? say('catalog.register.title') : say('catalog.register.again', { name })
  const problem = found.problem ?? standing.error
  const isReady = plane !== undefined && me && (name === undefined || standing.data)
  return (
    <Page title={title}>
      {problem && <Failed what={title} problem={problem} onRetry={found.retry} />}
      {!isReady && !problem && <Loading what={title} />}
      {isReady && (
        <Registering
          key={name}
          form={standing.data ? registrationOf(standing.data.body) : empty(plane, me.person.name)}
          standing={standing.data}
        />
      )}
    </Page>
  )
}

const Registering = ({
  form: first,
  standing,
}: {
  readonly form: Registration
  readonly standing: Told<ItemDocument> | undefined
}) => {
  const [form, setForm] = useState(first)
  const [before] = useState(standing)
  const go = useGo()
  const { isBusy, problem, met, submit } = useRegistering(before, ({ plane, name }) =>
    go(`${paths.item(name, 'capabilities')}?plane=${plane}`),
  )
  return (
    <>
      <RegisterForm
        form={form}
        isAgain={before !== undefined}
        runner={runnerOf(before?.body)}
        isBusy={isBusy}
        problem={problem}
        onChange={(changed) => setForm((now) => ({ ...now, ...changed }))}
        onSubmit={() => submit(form)}
      />
      {met && (met.side !== undefined || met.problem !== undefined) && <MetServer met={met} />}
    </>
  )
}
