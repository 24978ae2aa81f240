/**
 * The ledgers of all planes on PostgreSQL; see docs/storage.md. Entries and positions are only ever
 * inserted: triggers refuse the rest to whoever has forgotten it, and roles to everybody else.
 * Nothing here carries a secondary index but what uniqueness needs.
 */
export const postgresLedger = {
  number: 4,
  name: 'ledger on PostgreSQL',
  statements: [],
  postgres: [
    `create table ledger_entry (
      plane text not null,
      id text not null,
      type text not null,
      at bigint not null,
      writer text not null,
      body text not null,
      payload bytea,
      primary key (plane, id)
    )`,
    // What is encrypted does not get smaller.
    'alter table ledger_entry alter column payload set storage external',
    `create table ledger_open (
      plane text not null,
      call text not null,
      writer text not null,
      primary key (plane, call)
    ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)`,
    `create table ledger_queue (
      plane text not null,
      ticket bigint generated always as identity,
      id text not null,
      primary key (plane, ticket)
    ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)`,
    `create table ledger_position (
      plane text not null,
      position bigint not null,
      id text not null,
      latest bigint not null,
      primary key (plane, position),
      unique (plane, id)
    )`,
    `create table ledger_head (
      plane text primary key,
      size bigint not null default 0,
      latest bigint not null default 0,
      epoch bigint not null default 0,
      holder text not null default '',
      until bigint not null default 0
    ) with (fillfactor = 50)`,
    `create function an_entry_stays() returns trigger language plpgsql as $$
    begin
      raise exception 'an entry is never %',
        case tg_op when 'UPDATE' then 'updated' else 'deleted' end;
    end $$`,
    ...['ledger_entry', 'ledger_position'].flatMap((table) => [
      `create trigger stays before update or delete on ${table}
        for each row execute function an_entry_stays()`,
      `create trigger stays_whole before truncate on ${table}
        for each statement execute function an_entry_stays()`,
    ]),
  ],
}
