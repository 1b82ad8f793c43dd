-- Songs, the nine lines, the log of the line, points of Discord users, settings and boards.
-- Every row belongs to one guild (Discord server).

create table bot_config (
    guild_id    bigint      not null,
    name        text        not null,
    value       jsonb       not null,
    changed_by  bigint      not null,
    changed_at  timestamptz not null default now(),
    primary key (guild_id, name)
);

create table submissions (
    id            bigint generated always as identity primary key,
    guild_id      bigint      not null,
    user_id       bigint      not null,
    user_name     text        not null,
    source        bigint      not null,  -- the message or interaction it came with …
    part          smallint    not null default 0,  -- … and which song of it
    song_key      text        not null,  -- canonical link, or SHA-256 of the file
    url           text,
    file_id       uuid,
    file_name     text,
    artist        text        not null,
    title         text        not null,
    note          text        not null default '',
    paid          boolean     not null default false,  -- the submitter says that a skip was paid
    repeat_ok     boolean     not null default false,  -- the submitter knows that it was played lately
    line          smallint    check (line between 1 and 9),  -- null: held until the submitter has chosen
    score         bigint      not null default 0,
    playing       boolean     not null default false,
    submitted_at  timestamptz not null default clock_timestamp(),
    entered_at    timestamptz not null default clock_timestamp(),
    started_at    timestamptz,
    announced     boolean     not null default false,
    -- the order inside a line; domain/lines.py sorts by the same
    turn_score    bigint      generated always as (case when line = 6 then score else 0 end) stored,
    turn_since    timestamptz generated always as (case when line in (6, 7) then submitted_at else entered_at end) stored,
    unique (guild_id, source, part),
    check (url is not null or file_id is not null),
    check (not playing or line = 8 and started_at is not null)
);

create unique index one_song_is_playing on submissions (guild_id) where playing;
create index whose_turn on submissions (guild_id, line, turn_score desc, turn_since, id) where line <= 7;
create index newest_first on submissions (guild_id, line, entered_at desc, id desc) where line >= 8;
create index last_started on submissions (guild_id, started_at desc) where started_at is not null;
create index same_song on submissions (guild_id, song_key);
create index songs_of_a_user on submissions (guild_id, user_id, id desc);
create index held_back on submissions (submitted_at) where line is null;
create index not_announced on submissions (guild_id) where playing and not announced;

-- How many songs each line has: the boards show it, and counting a long line takes too long.
create table line_counts (
    guild_id  bigint   not null,
    line      smallint not null check (line between 1 and 9),
    songs     bigint   not null check (songs >= 0),
    primary key (guild_id, line)
);

-- Per statement and net, so that clearing a line of thousands is two updates and a score sync none.
create function count_lines() returns trigger language plpgsql as $$
declare
    moved line_counts[];
begin
    case tg_op
    when 'INSERT' then
        moved := array(select row(guild_id, line, count(*))::line_counts from entered group by guild_id, line);
    when 'DELETE' then
        moved := array(select row(guild_id, line, -count(*))::line_counts from gone group by guild_id, line);
    else
        moved := array(
            select row(guild_id, line, sum(change))::line_counts
            from (select guild_id, line, 1 as change from entered
                  union all
                  select guild_id, line, -1 from gone) as both_ways
            group by guild_id, line having sum(change) <> 0);
    end case;
    insert into line_counts (guild_id, line, songs)
    select guild_id, line, 0 from unnest(moved) where line is not null order by guild_id, line
    on conflict do nothing;
    update line_counts as c set songs = c.songs + m.songs
    from unnest(moved) as m
    where c.guild_id = m.guild_id and c.line = m.line;
    return null;
end $$;

create trigger count_inserted after insert on submissions
    referencing new table as entered for each statement execute function count_lines();
create trigger count_updated after update on submissions
    referencing old table as gone new table as entered for each statement execute function count_lines();
create trigger count_deleted after delete on submissions
    referencing old table as gone for each statement execute function count_lines();

-- The log of the line: an entry is who did what and why, with every song it touched as that stood before.
-- Nothing in it is ever changed; taking an entry back is a further entry.
create table queue_log (
    id          bigint generated always as identity primary key,
    guild_id    bigint      not null,
    at          timestamptz not null default clock_timestamp(),
    actor_id    bigint      not null,
    actor_name  text        not null,
    action      text        not null check (action in
        ('submit', 'claim', 'edit', 'withdraw', 'next', 'finish', 'move', 'remove', 'clear', 'approve', 'undo')),
    reason      text        not null default '',
    undoes      bigint      unique references queue_log,
    check ((action = 'undo') = (undoes is not null))
);
create index log_of_a_guild on queue_log (guild_id, id desc);

create table queue_changes (
    entry_id        bigint      not null references queue_log,
    guild_id        bigint      not null,
    song_id         bigint      not null references submissions,
    from_line       smallint    check (from_line between 1 and 9),
    to_line         smallint    check (to_line between 1 and 9),
    was_playing     boolean     not null,
    was_score       bigint      not null,
    was_entered_at  timestamptz not null,
    was_started_at  timestamptz,
    primary key (entry_id, song_id)
);
create index log_of_a_song on queue_changes (song_id, entry_id desc);

create table user_points (
    guild_id    bigint not null,
    user_id     bigint not null,
    points      bigint not null default 0 check (points >= 0),
    last_award  date,  -- the last day, in the guild's time zone, that brought the points for a first song
    primary key (guild_id, user_id)
);

-- What a started Free song cost its submitter, for Undo.
create table point_resets (
    entry_id  bigint not null references queue_log,
    guild_id  bigint not null,
    user_id   bigint not null,
    points    bigint not null,
    primary key (entry_id, user_id)
);

create function append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name;
end $$;
create trigger append_only before update or delete or truncate on queue_log
    for each statement execute function append_only();
create trigger append_only before update or delete or truncate on queue_changes
    for each statement execute function append_only();
create trigger append_only before update or delete or truncate on point_resets
    for each statement execute function append_only();

create table boards (
    guild_id    bigint  not null,
    kind        text    not null check (kind in ('live', 'reviewer', 'pending')),
    channel_id  bigint  not null,
    message_id  bigint,  -- null: to be sent
    digest      text    not null default '',
    active      boolean not null default true,
    primary key (guild_id, kind)
);
