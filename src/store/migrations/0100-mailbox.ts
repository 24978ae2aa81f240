/**
 * What one process tells another, until it is heard: see `Mailboxes`. It is for now, so nothing of it is
 * kept over a crash, and no standby gets it. A data folder has one process, which tells itself.
 */
export const mailbox = {
  number: 100,
  name: 'mailbox',
  statements: [],
  postgres: [
    `create unlogged table mailbox_message (
      id text primary key,
      number bigint generated always as identity,
      plane text not null,
      key text not null,
      message bytea not null,
      bytes bigint not null,
      until bigint not null
    )`,
  ],
} as const
