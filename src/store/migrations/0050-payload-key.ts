/**
 * Keys of what is recorded of calls, one for each subject and month, and how far each plane has let go
 * of what is older than it keeps. On PostgreSQL an entry's payload may be taken away, and nothing else
 * of it: what the entry says, and so the tree over it, stays.
 */
export const payloadKey = {
  number: 50,
  name: 'payload-key',
  statements: [
    `create table payload_key (
      plane text not null,
      subject text not null,
      period text not null,
      id text not null,
      wrapped bytea not null,
      at bigint not null,
      primary key (plane, subject, period),
      unique (plane, id)
    )`,
    `create table retention (
      plane text primary key,
      state text not null
    )`,
  ],
  postgres: [
    `create or replace function an_entry_stays() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and tg_table_name = 'ledger_entry' then
        if new.payload is null and (new.plane, new.id, new.type, new.at, new.writer, new.body)
          is not distinct from (old.plane, old.id, old.type, old.at, old.writer, old.body) then
          return new;
        end if;
      end if;
      raise exception 'an entry is never %',
        case tg_op when 'UPDATE' then 'updated' else 'deleted' end;
    end $$`,
  ],
} as const
