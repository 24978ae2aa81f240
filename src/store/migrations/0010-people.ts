/** Accounts of people. No foreign key from tokens: a removal takes both in one transaction. */
export const people = {
  number: 10,
  name: 'people',
  statements: [
    `create table person (
      name text primary key,
      title text,
      administrator boolean not null,
      hash text,
      at bigint not null,
      made_by text not null
    )`,
    `create table person_token (
      hash text primary key,
      id text not null,
      person text not null,
      label text not null,
      at bigint not null,
      ends_at bigint not null
    )`,
    `create unique index person_token_id on person_token (person, id)`,
    `create table setup_code (
      slot bigint primary key,
      hash text not null,
      ends_at bigint not null
    )`,
  ],
} as const
