/**
 * The trees over the ledgers and the keys that sign them; see docs/storage.md. On SQLite a tree lies in
 * its plane's ledger file. What stands in a tile stays, and checkpoints are only ever inserted: the
 * triggers refuse the rest to whoever has forgotten it, and roles to everybody else.
 */
export const ledgerTree = {
  number: 30,
  name: 'ledger-tree',
  statements: [
    `create table ledger_key (
      plane text not null,
      number bigint not null,
      public_key bytea not null,
      sealed_private bytea not null,
      at bigint not null,
      primary key (plane, number)
    )`,
  ],
  postgres: [
    `create table ledger_tree (
      plane text not null,
      generation bigint not null,
      size bigint not null,
      holder text not null default '',
      until bigint not null default 0,
      primary key (plane, generation)
    ) with (fillfactor = 50)`,
    `create table ledger_tile (
      plane text not null,
      generation bigint not null,
      level bigint not null,
      number bigint not null,
      hashes bytea not null,
      primary key (plane, generation, level, number)
    )`,
    'alter table ledger_tile alter column hashes set storage external',
    `create table ledger_checkpoint (
      plane text not null,
      generation bigint not null,
      number bigint not null,
      size bigint not null,
      root bytea not null,
      at bigint not null,
      note text not null,
      primary key (plane, generation, number)
    )`,
    `create function a_tree_only_grows() returns trigger language plpgsql as $$
    begin
      if tg_op <> 'UPDATE' then raise exception 'a tree only grows'; end if;
      if (new.plane, new.generation) <> (old.plane, old.generation) or new.size < old.size then
        raise exception 'a tree only grows';
      end if;
      return new;
    end $$`,
    `create function a_tile_only_grows() returns trigger language plpgsql as $$
    begin
      if tg_op <> 'UPDATE' then raise exception 'a tile only grows'; end if;
      if (new.plane, new.generation, new.level, new.number)
          <> (old.plane, old.generation, old.level, old.number)
        or length(new.hashes) < length(old.hashes)
        or substring(new.hashes from 1 for length(old.hashes)) <> old.hashes then
        raise exception 'a tile only grows';
      end if;
      return new;
    end $$`,
    `create function a_checkpoint_stays() returns trigger language plpgsql as $$
    begin
      raise exception 'a checkpoint stays as it is';
    end $$`,
    ...[
      ['ledger_tree', 'a_tree_only_grows'],
      ['ledger_tile', 'a_tile_only_grows'],
      ['ledger_checkpoint', 'a_checkpoint_stays'],
    ].flatMap(([table, refuse]) => [
      `create trigger stays before update or delete on ${table}
        for each row execute function ${refuse}()`,
      `create trigger stays_whole before truncate on ${table}
        for each statement execute function ${refuse}()`,
    ]),
  ],
}
