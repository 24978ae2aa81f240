import { NativeSelect, Textarea } from '@mantine/core'
import type { RowOf } from '../../api/all.ts'
import { useAct } from '../../api/queries.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { useFields } from '../../ui/fields.ts'
import { Said } from '../../ui/Said.tsx'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'

const path = '/api/v1/planes/{plane}/issuers/{name}'
export type IssuerRow = RowOf<'/api/v1/planes/{plane}/issuers'>
type IssuerDocument = IssuerRow['document']

/** An issuer as its document, which the gateway reads as it reads a file; without a row a new one. */
export const EditIssuer = ({
  row,
  planes,
  onClose,
}: {
  readonly row: IssuerRow | undefined
  readonly planes: readonly string[]
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const { texts, field } = useFields({
    plane: row?.document.plane ?? planes[0] ?? '',
    document: JSON.stringify(row ? own(row.document) : example, null, 2),
  })
  const act = useAct('put', path)
  const read = readJson(texts.document)
  const name = row?.document.name ?? nameIn(read)
  const write = (reason: string) =>
    act.mutate(
      {
        params: {
          path: { plane: texts.plane, name },
          header: {
            ...(row ? { 'If-Match': row.etag } : { 'If-None-Match': '*' as const }),
            ...(reason !== '' && { 'X-Reason': reason }),
          },
        },
        body: {
          ...{ apiVersion: 'bailiwick/v1', kind: 'Issuer', plane: texts.plane },
          ...(read as object),
        } as IssuerDocument,
      },
      said(say('settings.issuer.written', { name }), onClose),
    )
  return (
    <ActDialog
      tier={1}
      needsReason
      title={row ? say('settings.issuer.edit.title', { name }) : say('settings.issuer.make.title')}
      act={row ? say('settings.issuer.edit') : say('settings.issuer.make')}
      isReady={read !== undefined && name !== ''}
      isBusy={act.isPending}
      problem={act.error}
      onClose={onClose}
      onAct={write}
    >
      <p>{say('settings.issuer.edit.says')}</p>
      {!row && <NativeSelect label={say('frame.plane')} data={[...planes]} {...field('plane')} />}
      <Textarea
        label={say('settings.document')}
        description={<Said text={say('settings.issuer.document.hint')} />}
        error={read === undefined ? say('settings.document.noJson') : undefined}
        autosize
        minRows={10}
        maxRows={24}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mono)' } }}
        {...field('document')}
      />
    </ActDialog>
  )
}

/** Tokens that it issued are refused from the next call on. */
export const RemoveIssuer = ({
  row,
  onClose,
}: {
  readonly row: IssuerRow
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const act = useAct('delete', path)
  const { plane, name, issuer } = row.document
  return (
    <ActDialog
      tier={1}
      needsReason
      title={say('settings.issuer.remove.title', { name })}
      act={say('settings.issuer.remove')}
      isBusy={act.isPending}
      problem={act.error}
      onClose={onClose}
      onAct={(reason) =>
        act.mutate(
          {
            params: {
              path: { plane, name },
              header: { 'If-Match': row.etag, 'X-Reason': reason },
            },
          },
          said(say('settings.issuer.removed', { name }), onClose),
        )
      }
    >
      <p>{say('settings.issuer.remove.says', { issuer, plane })}</p>
    </ActDialog>
  )
}

/** What the dialog says already is not said again. */
const own = ({ apiVersion: _, kind: _kind, plane: _plane, ...rest }: IssuerDocument) => rest

const example = {
  name: '',
  owner: '',
  issuer: 'https://login.example.com',
  accessTokens: { agent: { claim: 'client_id' }, user: { claim: 'sub' } },
}

/** Undefined for what is no JSON object. */
const readJson = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const read: unknown = JSON.parse(text)
    const isObject = typeof read === 'object' && read !== null && !Array.isArray(read)
    return isObject ? (read as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}

const nameIn = (read: Readonly<Record<string, unknown>> | undefined): string =>
  typeof read?.name === 'string' ? read.name : ''
