/**
 * What people's sign-ins at a plane's issuer leave: sessions, codes, refresh tokens and registered
 * clients, each under the SHA-256 of its id, and to what a person has agreed.
 */
export const signIn = {
  number: 70,
  name: 'sign-in',
  statements: [
    `create table sign_in (
      plane text not null,
      kind text not null,
      digest text not null,
      family text,
      uid text,
      person text,
      payload text not null,
      ends_at bigint not null,
      used_at bigint,
      primary key (plane, kind, digest)
    )`,
    `create index sign_in_family on sign_in (plane, family)`,
    `create index sign_in_uid on sign_in (plane, uid)`,
    `create index sign_in_person on sign_in (plane, person)`,
    `create index sign_in_end on sign_in (plane, ends_at)`,
    `create table consent (
      plane text not null,
      person text not null,
      client text not null,
      redirect text not null,
      resource text not null,
      scopes text not null,
      at bigint not null,
      ends_at bigint not null,
      primary key (plane, person, client, redirect, resource)
    )`,
  ],
} as const
