/** What is good for one use and has been used: proofs, assertions and the like, until their end. */
export const takenOnce = {
  number: 80,
  name: 'taken-once',
  statements: [
    `create table taken_once (
      digest text primary key,
      until bigint not null
    )`,
    `create index taken_once_until on taken_once (until)`,
  ],
} as const
