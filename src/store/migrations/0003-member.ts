/** Processes that have the store open, and when each was last seen. */
export const member = {
  number: 3,
  name: 'member',
  statements: [
    `create table member (
      id text primary key,
      host text not null,
      pid bigint not null,
      version text not null,
      address text not null,
      revision bigint not null,
      started_at bigint not null,
      present_since bigint not null,
      seen_at bigint not null,
      ended boolean not null
    )`,
  ],
} as const
