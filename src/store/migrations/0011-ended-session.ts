/** Legacy sessions that were ended, for as long as that is remembered. */
export const endedSession = {
  number: 11,
  name: 'ended-session',
  statements: [
    `create table ended_session (
      digest text primary key,
      ended_at bigint not null
    )`,
    `create index ended_session_at on ended_session (ended_at)`,
  ],
} as const
