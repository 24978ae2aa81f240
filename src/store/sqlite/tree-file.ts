/** The tree over a ledger's entries, in the same file: see `LedgerTree`. Every ledger has a first generation. */
export const treeDefinition = `
  create table if not exists tree (
    generation integer primary key,
    size integer not null
  ) strict;
  insert or ignore into tree (generation, size) values (1, 0);
  create table if not exists tile (
    generation integer not null,
    level integer not null,
    number integer not null,
    hashes blob not null,
    primary key (generation, level, number)
  ) strict;
  create table if not exists checkpoint (
    generation integer not null,
    number integer not null,
    size integer not null,
    root blob not null,
    at integer not null,
    note text not null,
    primary key (generation, number)
  ) strict, without rowid;
  create trigger if not exists tree_only_grows before update on tree
  when new.generation <> old.generation or new.size < old.size
  begin select raise(abort, 'a tree only grows'); end;
  create trigger if not exists tree_is_never_deleted before delete on tree
  begin select raise(abort, 'a tree only grows'); end;
  create trigger if not exists tile_only_grows before update on tile
  when new.generation <> old.generation or new.level <> old.level or new.number <> old.number
    or length(new.hashes) < length(old.hashes)
    or substr(new.hashes, 1, length(old.hashes)) <> old.hashes
  begin select raise(abort, 'a tile only grows'); end;
  create trigger if not exists tile_is_never_deleted before delete on tile
  begin select raise(abort, 'a tile only grows'); end;
  create trigger if not exists checkpoint_is_never_updated before update on checkpoint
  begin select raise(abort, 'a checkpoint stays as it is'); end;
  drop trigger if exists checkpoint_is_never_deleted;
  create trigger checkpoint_is_never_deleted before delete on checkpoint
  when old.number = 1 or not exists (
    select 1 from checkpoint later where generation = old.generation and number > old.number
      and later.at / 3600000 = old.at / 3600000
  ) and (
    (select at from checkpoint where generation = old.generation order by number desc limit 1)
      - old.at < 90 * 86400000
    or not exists (
      select 1 from checkpoint later where generation = old.generation and number > old.number
        and later.at / 86400000 = old.at / 86400000
    )
  ) or (select at from checkpoint where generation = old.generation order by number desc limit 1)
    - old.at < 2 * 86400000
  begin select raise(abort, 'a checkpoint stays as it is'); end;
`
