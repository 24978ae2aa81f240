/** Signing keys follow one another: each is published before it signs. One that stood already signs. */
export const keyRotation = {
  number: 61,
  name: 'key-rotation',
  statements: [
    `alter table signing_key add column purpose text not null default 'access'`,
    `alter table signing_key add column signs_from bigint not null default 0`,
    `drop index signing_key_number`,
    `create unique index signing_key_number on signing_key (plane, purpose, number)`,
  ],
} as const
