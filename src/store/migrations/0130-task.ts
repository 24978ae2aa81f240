/** Whose a task at a server is and what it was begun as, for as long as anybody may ask for it. */
export const task = {
  number: 130,
  name: 'task',
  statements: [
    `create table task (
      digest text primary key,
      bound text not null,
      until bigint not null
    )`,
    `create index task_until on task (until)`,
  ],
} as const
