/** Texts compare byte by byte, on either engine: see `Database.definition`. */
export const first = {
  number: 1,
  name: 'first',
  statements: [
    `create table revision (
      revision bigint primary key,
      at bigint not null,
      made_by text not null,
      file_set text,
      summary text not null,
      diff text not null,
      planes text not null,
      entered boolean not null default false
    )`,
    `create table document (
      plane text not null,
      kind text not null,
      name text not null,
      body text not null,
      file_set text,
      revision bigint not null references revision (revision),
      primary key (plane, kind, name)
    )`,
    `create table capability (
      plane text not null,
      server text not null,
      kind text not null,
      name text not null,
      fingerprint text not null,
      definition text not null,
      observed_fingerprint text,
      observed_definition text,
      absent boolean not null,
      primary key (plane, server, kind, name)
    )`,
    `create table secret (
      plane text not null,
      credential text not null,
      version bigint not null,
      wrapped_key bytea not null,
      nonce bytea not null,
      sealed bytea not null,
      at bigint not null,
      primary key (plane, credential, version)
    )`,
    `create table client_secret (
      plane text not null,
      client text not null,
      hash text not null,
      at bigint not null,
      primary key (plane, client)
    )`,
    `create table signing_key (
      plane text not null,
      kid text not null,
      alg text not null,
      public_jwk text not null,
      sealed_private bytea not null,
      at bigint not null,
      primary key (plane, kid)
    )`,
    `create table installation_value (
      name text primary key,
      value bytea not null
    )`,
  ],
} as const
