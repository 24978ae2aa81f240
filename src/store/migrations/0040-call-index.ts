const sums = (table: string) => `create table ${table} (
  plane text not null,
  series bigint not null,
  start bigint not null,
  count bigint not null,
  first bigint not null,
  last bigint not null,
  primary key (plane, series, start)
)`

/**
 * Who follows a ledger and how far, and on PostgreSQL the index of calls that is derived from it; a
 * data folder has a file of its own for that (`sqlite/index-file.ts`).
 */
export const callIndex = {
  number: 40,
  name: 'followers of ledgers, and the index of calls',
  statements: [
    `create table follower (
      plane text not null,
      name text not null,
      position bigint not null,
      holder text not null,
      until bigint not null,
      primary key (plane, name)
    )`,
  ],
  postgres: [
    `create table index_series (
      plane text not null,
      id bigint not null,
      digest text not null,
      said text not null,
      primary key (plane, id),
      unique (plane, digest)
    )`,
    `create table index_word (
      plane text not null,
      id bigint not null,
      digest text not null,
      field text not null,
      said text not null,
      primary key (plane, id),
      unique (plane, digest)
    )`,
    `create table index_call (
      plane text not null,
      position bigint not null,
      at bigint not null,
      series bigint not null,
      count bigint not null,
      outcome bigint not null,
      primary key (plane, position)
    )`,
    'create index index_call_series on index_call (plane, series, position)',
    `create table index_mark (
      plane text not null,
      word bigint not null,
      position bigint not null,
      primary key (plane, word, position)
    )`,
    `create table index_marked (
      plane text not null,
      position bigint not null,
      word bigint not null,
      primary key (plane, position, word)
    )`,
    `create table index_loose (
      plane text not null,
      series bigint not null,
      word bigint not null,
      primary key (plane, series, word)
    )`,
    `create table index_open (
      plane text not null,
      call text not null,
      position bigint not null,
      at bigint not null,
      series bigint not null,
      called bigint,
      primary key (plane, call)
    )`,
    sums('index_hour'),
    sums('index_day'),
    `create table index_span (
      plane text not null,
      hour bigint not null,
      low bigint not null,
      high bigint not null,
      primary key (plane, hour)
    )`,
  ],
}
