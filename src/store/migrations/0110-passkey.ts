/** Passkeys of accounts: the public key of each, and how often its authenticator says to have signed. */
export const passkey = {
  number: 110,
  name: 'passkey',
  statements: [
    `create table passkey (
      credential text primary key,
      id text not null,
      person text not null,
      handle text not null,
      public_key text not null,
      counter bigint not null,
      label text not null,
      at bigint not null,
      used_at bigint
    )`,
    `create index passkey_person on passkey (person, at, id)`,
  ],
} as const
