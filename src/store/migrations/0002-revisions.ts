/** What each revision changed, suspensions beside the documents, and the keys that make a command happen once. */
export const revisions = {
  number: 2,
  name: 'revisions',
  statements: [
    `alter table revision add column why text not null default ''`,
    `alter table revision add column command_key text`,
    `alter table revision add column command_digest text`,
    `create unique index revision_command_key on revision (command_key)`,
    `create table revision_change (
      revision bigint not null references revision (revision),
      number bigint not null,
      plane text not null,
      topic text not null,
      kind text not null,
      name text not null,
      before_body text,
      before_set text,
      after_body text,
      after_set text,
      primary key (revision, number)
    )`,
    `create index revision_change_of on revision_change (plane, kind, name, revision)`,
    `create table suspension (
      plane text not null,
      kind text not null,
      name text not null,
      at bigint not null,
      made_by text not null,
      reason text not null,
      revision bigint not null references revision (revision),
      primary key (plane, kind, name)
    )`,
    `alter table signing_key add column number bigint not null default 1`,
    `create unique index signing_key_number on signing_key (plane, number)`,
  ],
} as const
