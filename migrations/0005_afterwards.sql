-- After the LIVE: its report, and its intervals.

-- One post per session: `report_begun_at` is the first try, which may have been cut off after it was sent.
alter table live_sessions
    add column report_begun_at  timestamptz,
    add column reported_at      timestamptz;  -- sent, or given up
create index sessions_to_report on live_sessions (guild_id) where ended_at is not null and reported_at is null;

-- What happened in each stretch of a session; computed from what was recorded, and so again the same.
create table intervals (
    session_id     bigint      not null,
    guild_id       bigint      not null,
    starts_at      timestamptz not null,
    length         interval    not null check (length > interval '0'),
    viewers        bigint,      -- the last count in it; null: TikTok gave none
    change         bigint,      -- since the last count before it
    comments       bigint      not null default 0,
    likes          bigint      not null default 0,  -- taps
    shares         bigint      not null default 0,
    follows        bigint      not null default 0,
    subscriptions  bigint      not null default 0,
    gifts          bigint      not null default 0,  -- items
    coins          bigint      not null default 0,  -- what they are worth
    active         bigint      not null default 0,  -- people who did something
    score          double precision not null default 0,  -- activity, as domain/intervals.py weighs it
    primary key (session_id, starts_at)
);
create index intervals_of_a_guild on intervals (guild_id, starts_at);

-- Of a session by time: intervals, reports, exports and retention read no more than they need, in order. Block ranges
-- would soon tell nothing, as new messages take the places of those that were put into files.
drop index interactions_by_time;
create index interactions_of_a_session on interactions (session_id, at);
create index viewers_of_a_session on interactions (session_id, at) include (amount) where kind = 8;

-- When all messages of a session had been put into files, and those of people deleted here.
alter table live_sessions add column archived_at timestamptz;

-- What somebody said and where they took part, for /mydata and /forgetme.
create index comments_of_an_account on interactions (guild_id, tiktok_id) where kind = 3;
create index sessions_of_an_account on session_people (guild_id, tiktok_id);

-- Putting a backup back adds to the ledger what makes its sum the balance of the backup.
alter table coin_ledger drop constraint coin_ledger_kind_check;
alter table coin_ledger add constraint coin_ledger_kind_check
    check (kind in ('watching', 'gifts', 'linking', 'purchase', 'refund', 'admin', 'restore'));
