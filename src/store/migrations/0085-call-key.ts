/**
 * A plane has a second line of signing keys, for tokens towards servers: each line counts for itself.
 * What stands already signs access tokens.
 */
export const callKey = {
  number: 85,
  name: 'call-key',
  statements: [
    `alter table signing_key add column purpose text not null default 'access'`,
    `drop index signing_key_number`,
    `create unique index signing_key_number on signing_key (plane, purpose, number)`,
  ],
} as const
