-- Tries of commands that do more when they are done again, by the number of Discord's interaction; kept for a day.
create table tries_done (
    try_id   bigint      primary key,
    done_at  timestamptz not null default clock_timestamp()
);
