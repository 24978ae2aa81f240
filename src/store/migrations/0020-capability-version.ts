/**
 * Every definition that was ever pinned, and how often one has changed since somebody looked at it. Of
 * what was pinned before this was kept, neither when nor by whom is known.
 */
export const capabilityVersion = {
  number: 20,
  name: 'capability-version',
  statements: [
    `alter table capability add column version bigint not null default 1`,
    `alter table capability add column changes bigint not null default 0`,
    `alter table capability add column released boolean not null default false`,
    `create table capability_version (
      plane text not null,
      server text not null,
      kind text not null,
      name text not null,
      version bigint not null,
      fingerprint text not null,
      definition text not null,
      at bigint not null,
      made_by text not null,
      revision bigint not null,
      primary key (plane, server, kind, name, version)
    )`,
    `insert into capability_version
      (plane, server, kind, name, version, fingerprint, definition, at, made_by, revision)
      select plane, server, kind, name, 1, fingerprint, definition, 0, '', 0 from capability`,
  ],
} as const
