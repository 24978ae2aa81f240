import type { ServerDocument } from '#domain/documents.ts'
import type { Loan } from '#domain/loan.ts'

/** Where a server's document says that its credential is written: a header, or a child's environment. */
export type LentAs = NonNullable<ServerDocument['credential']>
export type LentAsHeader = Extract<LentAs, { header: string }>

/**
 * Makes the header's value with the secret in it, or undefined where the secret cannot stand in a
 * header (RFC 9110 §5.5: visible ASCII, with spaces and tabs only inside): then nothing may be sent.
 */
export function createHeaderValue(lentAs: LentAsHeader): (loan: Loan) => string | undefined {
  const [before = '', after = ''] = (lentAs.format ?? '{secret}').split('{secret}')
  return (loan) => {
    const secret = opened(loan)?.toString('latin1') ?? ''
    const value = before + secret + after
    return secret !== '' && FIELD_VALUE.test(value) ? value : undefined
  }
}

/** A secret that cannot be opened is one that there is not: sending never throws. */
function opened(loan: Loan): Buffer | undefined {
  try {
    return loan.open()
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
