import { Checkbox, FileButton, Select, Textarea, TextInput } from '@mantine/core'
import type { Problem } from '../../api/problem.ts'
import { useMyPlanes } from '../../parts/planes.tsx'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { fieldsOf } from '../../ui/fields.ts'
import { Said } from '../../ui/Said.tsx'
import { useWords } from '../../words/words.ts'
import styles from './Register.module.css'
import type { Registration } from './registration.ts'

interface Props {
  readonly form: Registration
  /** Name, plane and kind stand. */
  readonly isAgain: boolean
  readonly runner: string | undefined
  readonly isBusy: boolean
  readonly problem: Problem | undefined
  readonly onChange: (changed: Partial<Registration>) => void
  readonly onSubmit: () => void
}

type Text = Exclude<keyof Registration, 'kind' | 'asTools'>

export const RegisterForm = (props: Props) => {
  const { form, isAgain, onChange } = props
  const { say } = useWords()
  const planes = useMyPlanes()
  const field = fieldsOf<Text>(form, onChange)
  const text = (name: 'name' | 'url' | 'owner' | 'title' | 'description') => ({
    label: say(`catalog.field.${name}`),
    ...field(name),
  })
  return (
    <form
      className={styles.form}
      data-testid="register.form"
      onSubmit={(event) => {
        event.preventDefault()
        props.onSubmit()
      }}
    >
      <Choice
        aria-label={say('catalog.kind')}
        disabled={isAgain}
        value={form.kind}
        onChange={(kind) => onChange({ kind: kind === 'API' ? 'API' : 'Server' })}
        data={[
          { value: 'Server', label: say('ui.kind.server') },
          { value: 'API', label: say('ui.kind.api') },
        ]}
      />
      <Select
        label={say('frame.plane')}
        disabled={isAgain}
        allowDeselect={false}
        value={form.plane}
        data={[...planes]}
        onChange={(plane) => plane !== null && onChange({ plane })}
      />
      <TextInput
        {...text('name')}
        required
        disabled={isAgain}
        description={say('catalog.field.name.hint')}
      />
      {props.runner === undefined ? (
        <TextInput
          {...text('url')}
          required
          type="url"
          description={say('catalog.field.url.hint')}
        />
      ) : (
        <p>{say('catalog.field.runner', { runner: props.runner })}</p>
      )}
      <TextInput {...text('owner')} required description={say('catalog.field.owner.hint')} />
      <TextInput {...text('title')} />
      <Textarea {...text('description')} />
      {form.kind === 'API' && <OpenApi form={form} onChange={onChange} />}
      <Lent form={form} onChange={onChange} />
      {props.problem && <Refused problem={props.problem} />}
      <div className={styles.foot}>
        <Button type="submit" tone="main" loading={props.isBusy}>
          {say(isAgain ? 'catalog.register.save' : 'catalog.register.act')}
        </Button>
        <span className={styles.quiet}>{say('catalog.register.quiet')}</span>
      </div>
    </form>
  )
}

const OpenApi = ({ form, onChange }: Pick<Props, 'form' | 'onChange'>) => {
  const { say } = useWords()
  const field = fieldsOf<Text>(form, onChange)
  return (
    <>
      <Textarea
        label={say('catalog.field.openapi')}
        description={say('catalog.field.openapi.hint')}
        required
        rows={6}
        {...field('openapi')}
      />
      <FileButton
        accept=".yaml,.yml,.json"
        onChange={(file) => void file?.text().then((openapi) => onChange({ openapi }))}
      >
        {(own) => <Button {...own}>{say('catalog.field.openapi.file')}</Button>}
      </FileButton>
      <Checkbox
        label={say('catalog.field.asTools')}
        checked={form.asTools}
        onChange={(event) => onChange({ asTools: event.currentTarget.checked })}
      />
    </>
  )
}

/** Which secret is lent to its calls, and how; the secret goes into the vault and never through this form. */
const Lent = ({ form, onChange }: Pick<Props, 'form' | 'onChange'>) => {
  const { say } = useWords()
  const field = fieldsOf<Text>(form, onChange)
  return (
    <fieldset className={styles.lent}>
      <legend>{say('catalog.field.credential')}</legend>
      <TextInput
        label={say('frame.credentials.name')}
        description={say('catalog.field.credential.hint')}
        {...field('credential')}
      />
      {form.credential !== '' && (
        <>
          <TextInput label={say('catalog.field.header')} {...field('header')} />
          <TextInput label={say('catalog.field.format')} {...field('format')} />
        </>
      )}
    </fieldset>
  )
}

/** Why the document was not taken: every problem of it, a line each. */
const Refused = ({ problem }: { readonly problem: Problem }) => {
  const { say } = useWords()
  return (
    <div role="alert" className={styles.refused} data-testid="register.refused">
      <p>
        <strong>
          {say(problem.code === 'stale' ? 'catalog.register.taken' : `ui.error.${problem.side}`)}
        </strong>
      </p>
      <p className={styles.lines}>{problem.detail}</p>
      {problem.fix !== undefined && (
        <p>
          <Said text={say('ui.error.fix', { fix: problem.fix })} />
        </p>
      )}
    </div>
  )
}
