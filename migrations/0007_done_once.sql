-- What was done of that which does more when it is done again, until it is known to be done: a digest of who wanted what.
create table tries_done (
    wanted   bytea       primary key,
    done_at  timestamptz not null default clock_timestamp()
);
