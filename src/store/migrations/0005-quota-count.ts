/**
 * Counts that processes share. `quota_take` is the whole of it: one step for many asks, see
 * `QuotaCounters`. Rows are locked in the order of their keys, so that no two asks wait for each other.
 * It does not wait for the disk: an intent is durable only after what was written before it, and what
 * was counted was, so a crash of the database loses no count of a call that was made.
 */
export const quotaCount = {
  number: 5,
  name: 'quota counts',
  statements: [],
  postgres: [
    `create table quota_count (
      key text primary key,
      second_start bigint not null default 0,
      second_used bigint not null default 0,
      minute_start bigint not null default 0,
      minute_used bigint not null default 0,
      day_start bigint not null default 0,
      day_used bigint not null default 0
    ) with (fillfactor = 50)`,
    `create function quota_take(asks jsonb) returns jsonb language plpgsql as $$
    declare
      ask jsonb;
      asked jsonb;
      keys text[];
      held quota_count;
      granted bigint;
      taken jsonb;
      answer jsonb := '[]';
    begin
      perform set_config('synchronous_commit', 'off', true);
      select array_agg(distinct one ->> 0 order by one ->> 0) into keys
        from jsonb_array_elements(asks) as a, jsonb_array_elements(a -> 1) as one;
      insert into quota_count (key) select unnest(keys) on conflict do nothing;
      perform from quota_count where key = any(keys) order by key for update;
      for ask in select jsonb_array_elements(asks) loop
        granted := (ask ->> 0)::bigint;
        for asked in select jsonb_array_elements(ask -> 1) loop
          update quota_count set
            second_used = case when (asked ->> 1)::bigint > second_start then 0 else second_used end,
            second_start = greatest(second_start, (asked ->> 1)::bigint),
            minute_used = case when (asked ->> 3)::bigint > minute_start then 0 else minute_used end,
            minute_start = greatest(minute_start, (asked ->> 3)::bigint),
            day_used = case when (asked ->> 5)::bigint > day_start then 0 else day_used end,
            day_start = greatest(day_start, (asked ->> 5)::bigint)
          where key = asked ->> 0 returning * into held;
          granted := greatest(0, least(granted,
            coalesce((asked ->> 2)::bigint - held.second_used, granted),
            coalesce((asked ->> 4)::bigint - held.minute_used, granted),
            coalesce((asked ->> 6)::bigint - held.day_used, granted)));
        end loop;
        taken := jsonb_build_array(granted);
        for asked in select jsonb_array_elements(ask -> 1) loop
          update quota_count set
            second_used = second_used + granted,
            minute_used = minute_used + granted,
            day_used = day_used + granted
          where key = asked ->> 0 returning * into held;
          taken := taken || jsonb_build_array(held.second_used, held.minute_used, held.day_used);
        end loop;
        answer := answer || jsonb_build_array(taken);
      end loop;
      return answer;
    end $$`,
  ],
} as const
