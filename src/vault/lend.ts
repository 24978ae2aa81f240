import type { ServerDocument } from '#domain/documents.ts'
import type { Loan } from '#domain/loan.ts'
import { Fault } from '#lib/fault.ts'

type Lent = NonNullable<ServerDocument['credential']>
export type LentAsHeader = Extract<Lent, { header: string }>
export type LentAsEnvironment = Extract<Lent, { env: string }>

/** RFC 9110 §5.5: visible ASCII and single inner spaces; anything else two readers could read differently. */
const headerValue = /^[\x21-\x7E]+(?: [\x21-\x7E]+)*$/

/**
 * Opens the loan and writes the header it is lent in. To be called last before the request leaves,
 * over whatever stood in that header. The opened bytes are wiped; the value is a string, since that
 * is what HTTP clients take, and lives until it is collected. Fault('no_credential') where the secret
 * has a character that could end the header and begin another.
 */
export function lendHeader(lent: LentAsHeader, loan: Loan): { name: string; value: string } {
  const [before = '', after = ''] = (lent.format ?? '{secret}').split('{secret}')
  const value = withSecret(loan, (secret) => before + secret.toString('latin1') + after)
  if (!headerValue.test(value)) throw unfit(loan, 'a header')
  return { name: lent.header, value }
}

/** Opens the loan for the environment of the one child it is lent to. */
export function lendEnvironment(
  lent: LentAsEnvironment,
  loan: Loan,
): { name: string; value: string } {
  const value = withSecret(loan, (secret) => {
    const text = secret.toString('utf8')
    return Buffer.from(text, 'utf8').equals(secret) && !text.includes('\0') ? text : undefined
  })
  if (value === undefined) throw unfit(loan, 'an environment variable')
  return { name: lent.env, value }
}

function withSecret<T>(loan: Loan, use: (secret: Buffer) => T): T {
  const secret = loan.open()
  try {
    return use(secret)
  } finally {
    secret.fill(0)
  }
}

const unfit = ({ credential, version }: Loan, place: string) =>
  new Fault('no_credential', {
    detail: `version ${version} of ${credential} has a character that ${place} cannot carry (perhaps a line break at its end)`,
    fix: `bailiwick cred set ${credential} --from-stdin`,
  })
