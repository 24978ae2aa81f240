/** Tokens that are taken no longer though they have not ended, for as long as they would have lived. */
export const revocation = {
  number: 62,
  name: 'revocation',
  statements: [
    `create table revocation (
      plane text not null,
      kind text not null,
      name text not null,
      issued_until bigint not null,
      ends_at bigint not null,
      revoked_at bigint not null,
      primary key (plane, kind, name)
    )`,
    `create index revocation_at on revocation (revoked_at)`,
  ],
} as const
