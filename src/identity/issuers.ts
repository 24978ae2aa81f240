import type { IssuerDocument } from '#domain/documents.ts'

/** Documents of kind Issuer, of one plane. */
export interface Issuers {
  readonly size: number
  /** Those whose access tokens are taken, by `iss`. */
  readonly taken: readonly string[]
  /** Those that people of the organisation sign in by. */
  readonly signIns: readonly IssuerDocument[]
  /** By its `iss`, exactly. */
  find(issuer: string): IssuerDocument | undefined
  /** By the name of the document. */
  get(name: string): IssuerDocument | undefined
}
