/**
 * What goes of a ledger with time. Checkpoints that later ones of their hour, or of their day, make
 * needless. Bodies of entries that are older than their plane keeps them: how far they may go (`up_to`), the entry
 * that says so, and how far they have gone. Only below that, and only by becoming empty, is an entry
 * ever changed; on a data folder the same stands in the ledger's file (`sqlite/ledger-file.ts`).
 */
export const ledgerPruning = {
  number: 60,
  name: 'ledger-pruning',
  statements: [],
  postgres: [
    `create table ledger_pruning (
      plane text primary key,
      up_to bigint not null,
      said bigint not null,
      done bigint not null
    )`,
    `create function bodies_go_as_said() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' then
        if new.up_to <> 0 or new.done <> 0 then raise exception 'a ledger begins whole'; end if;
        return new;
      end if;
      if tg_op <> 'UPDATE' then raise exception 'what was pruned stays pruned'; end if;
      if new.plane = old.plane and new.up_to = old.up_to then return new; end if;
      if new.plane = old.plane and new.up_to > old.up_to
        and exists (
          select from ledger_position at join ledger_entry entry using (plane, id)
          where at.plane = new.plane and at.position = new.said and at.position > new.up_to
            and entry.type = 'ledger.pruned'
            and entry.body::json ->> 'bodies' is not null
            and (entry.body::json ->> 'to')::bigint = new.up_to
        )
        and new.up_to <= coalesce((
          select size from ledger_checkpoint where plane = new.plane
          order by generation desc, number desc limit 1
        ), 0) then
        return new;
      end if;
      raise exception 'bodies go only as an entry says, and below a checkpoint';
    end $$`,
    `create function drop_bodies(of_plane text, most bigint, kept text[]) returns void
    language sql security definer set search_path from current as $$
      with next as (
        update ledger_pruning gone set done = least(gone.up_to, gone.done + most)
        from (select done from ledger_pruning where plane = of_plane for update) before
        where gone.plane = of_plane
        returning before.done as low, gone.done as high
      )
      update ledger_entry entry set body = '', payload = null
      from next, ledger_position at
      where at.plane = of_plane and at.position > next.low and at.position <= next.high
        and entry.plane = of_plane and entry.id = at.id and entry.type <> all(kept)
    $$`,
    `create trigger said before insert or update or delete on ledger_pruning
      for each row execute function bodies_go_as_said()`,
    `create trigger stays_whole before truncate on ledger_pruning
      for each statement execute function an_entry_stays()`,
    `create or replace function a_checkpoint_stays() returns trigger language plpgsql as $$
    declare
      newest bigint;
    begin
      if tg_op = 'DELETE' and tg_level = 'ROW' then
        select at into newest from ledger_checkpoint
          where plane = old.plane and generation = old.generation order by number desc limit 1;
        if old.number > 1 and newest - old.at >= 2 * 86400000::bigint and exists (
          select from ledger_checkpoint later
          where later.plane = old.plane and later.generation = old.generation
            and later.number > old.number
            and (later.at / 3600000 = old.at / 3600000
              or newest - old.at >= 90 * 86400000::bigint
                and later.at / 86400000 = old.at / 86400000)
        ) then
          return old;
        end if;
      end if;
      raise exception 'a checkpoint stays as it is';
    end $$`,
    `create or replace function an_entry_stays() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and tg_table_name = 'ledger_entry' then
        if new.payload is null and (new.plane, new.id, new.type, new.at, new.writer)
          is not distinct from (old.plane, old.id, old.type, old.at, old.writer) then
          if new.body = old.body then return new; end if;
          if new.body = '' and exists (
            select from ledger_position at join ledger_pruning gone using (plane)
            where at.plane = new.plane and at.id = new.id and at.position <= gone.up_to
          ) then
            return new;
          end if;
        end if;
      end if;
      raise exception 'an entry is never %',
        case tg_op when 'UPDATE' then 'updated' else 'deleted' end;
    end $$`,
  ],
} as const
