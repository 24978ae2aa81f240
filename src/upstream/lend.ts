import type { ServerDocument } from '#domain/documents.ts'
import type { Loan, Sent } from '#domain/loan.ts'

/** Where a server's document says that its credential is written: a header, or a child's environment. */
export type LentAs = NonNullable<ServerDocument['credential']>
export type LentAsHeader = Pick<Extract<LentAs, { header: string }>, 'header' | 'format'>

/** The header that it is written into; undefined where that is none. RFC 6750 §2.1 for a token. */
export function lentAsHeader(credential: LentAs | undefined): LentAsHeader | undefined {
  if (credential === undefined || 'env' in credential) return undefined
  return 'perCall' in credential
    ? { header: 'Authorization', format: 'Bearer {secret}' }
    : credential
}

/**
 * Makes the header's value with the secret in it, or undefined where the secret cannot stand in a
 * header (RFC 9110 §5.5: visible ASCII, with spaces and tabs only inside): then nothing may be sent.
 */
export function createHeaderValue(
  lentAs: LentAsHeader,
): (loan: Loan, sent: Sent) => string | undefined {
  const [before = '', after = ''] = (lentAs.format ?? '{secret}').split('{secret}')
  return (loan, sent) => {
    const secret = opened(loan, sent)?.toString('latin1') ?? ''
    const value = before + secret + after
    return secret !== '' && FIELD_VALUE.test(value) ? value : undefined
  }
}

/** A secret that cannot be opened is one that there is not: sending never throws. */
function opened(loan: Loan, sent?: Sent): Buffer | undefined {
  try {
    return loan.open(sent)
  } catch {
    return undefined
  }
}

const FIELD_VALUE = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/

/** The environment variable's value, or undefined where the secret is not text that one can hold. */
export function environmentValue(loan: Loan): string | undefined {
  const secret = opened(loan) ?? Buffer.alloc(0)
  const value = secret.toString('utf8')
  return secret.length > 0 && !value.includes('\0') && Buffer.from(value, 'utf8').equals(secret)
    ? value
    : undefined
}
