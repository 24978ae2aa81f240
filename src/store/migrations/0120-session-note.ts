/** What was asked for in legacy sessions since they began, for as long as that is remembered. */
export const sessionNote = {
  number: 120,
  name: 'session-note',
  statements: [
    `create table session_note (
      session text not null,
      name text not null,
      note text not null,
      noted_at bigint not null,
      primary key (session, name)
    )`,
    `create index session_note_at on session_note (noted_at)`,
  ],
} as const
