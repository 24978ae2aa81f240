/** API keys of clients: never a key, but what it hashes to. */
export const apiKey = {
  number: 90,
  name: 'api-key',
  statements: [
    `create table api_key (
      plane text not null,
      id text not null,
      client text not null,
      digest text not null,
      scopes text,
      label text not null,
      at bigint not null,
      made_by text not null,
      ends_at bigint not null,
      revoked_at bigint,
      primary key (plane, id)
    )`,
    `create index api_key_end on api_key (plane, ends_at)`,
  ],
} as const
