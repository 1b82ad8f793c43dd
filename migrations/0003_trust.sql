-- What makes the line trusted: notices, reviews, bookmarks, blocks, the portal, and who changed which setting.

-- An outbox: a notice is written with the change it tells of, and sent afterwards.
create table notices (
    id          bigint generated always as identity primary key,
    guild_id    bigint      not null,
    user_id     bigint      not null,
    song_id     bigint      not null references submissions,
    kind        text        not null check (kind in ('next', 'playing', 'moved', 'removed')),
    detail      text        not null default '',
    created_at  timestamptz not null default clock_timestamp(),
    begun_at    timestamptz, -- the first try; one that was cut off may have been sent
    done_at     timestamptz  -- sent, or found not to be wanted
);
create index notices_to_send on notices (guild_id, id) where done_at is null;
create index notices_of_a_user on notices (user_id);
create unique index next_is_said_once on notices (song_id) where kind = 'next';

create table notification_choices (
    guild_id  bigint  not null,
    user_id   bigint  not null,
    kind      text    not null check (kind in ('next', 'playing', 'moved', 'removed')),
    wanted    boolean not null,
    primary key (guild_id, user_id, kind)
);

-- Whose DMs are closed, and on which day that was found (UTC).
create table closed_dms (
    user_id  bigint primary key,
    day      date   not null
);

create table reviews (
    guild_id     bigint      not null,
    song_id      bigint      not null references submissions,
    reviewer_id  bigint      not null,
    rating       smallint    check (rating between 1 and 10),
    note         text        not null default '',
    at           timestamptz not null default clock_timestamp(),
    primary key (song_id, reviewer_id),
    check (rating is not null or note <> '')
);

create table bookmarks (
    guild_id     bigint      not null,
    song_id      bigint      not null references submissions primary key,
    reviewer_id  bigint      not null,
    at           timestamptz not null default clock_timestamp()
);

-- Where a start was posted, so that the post goes when the start is taken back.
create table song_posts (
    guild_id    bigint  not null,
    message_id  bigint  not null primary key,
    channel_id  bigint  not null,
    song_id     bigint  not null references submissions,
    entry_id    bigint  references queue_log,  -- the start that a now-playing post tells of; null: a bookmark
    gone        boolean not null default false  -- the song was deleted or its submitter forgotten
);
create index posts_of_a_guild on song_posts (guild_id, entry_id desc);
create index posts_of_a_song on song_posts (song_id);
create index posts_to_delete on song_posts (guild_id) where gone;

create index log_of_an_actor on queue_log (guild_id, actor_id, id desc);

-- Who, which artist and which song may not be handed in. `value`: user id, artist in lower case, or song_key.
create table blocks (
    guild_id  bigint      not null,
    kind      text        not null check (kind in ('user', 'artist', 'link')),
    value     text        not null,
    shown     text        not null,
    reason    text        not null default '',
    by_id     bigint      not null,
    at        timestamptz not null default clock_timestamp(),
    primary key (guild_id, kind, value)
);

create table portals (
    guild_id    bigint primary key,
    channel_id  bigint not null,
    message_id  bigint
);

create table settings_log (
    id          bigint generated always as identity primary key,
    guild_id    bigint      not null,
    name        text        not null,
    before      jsonb,
    after       jsonb,
    changed_by  bigint      not null,
    at          timestamptz not null default clock_timestamp()
);
create index settings_log_of_a_guild on settings_log (guild_id, id desc);

-- A song that was deleted for good keeps an anonymous row (user 0) for the figures.
alter table submissions drop constraint submissions_check;
alter table submissions add constraint a_song_can_be_played
    check (url is not null or file_id is not null or user_id = 0);

create index songs_with_a_file on submissions (file_id) where file_id is not null;

-- Which song was started last, however many other things were done since.
create index last_starts on queue_log (guild_id, id desc) where action = 'next';

-- People can be forgotten: the log may lose who, and what they typed, and nothing else.
create function only_forgets() returns trigger language plpgsql as $$
declare
    personal constant text[] := array['actor_id', 'actor_name', 'reason', 'user_id'];
begin
    if to_jsonb(new) - personal <> to_jsonb(old) - personal
       or exists (select from jsonb_each_text(to_jsonb(new)) as n join jsonb_each_text(to_jsonb(old)) as o using (key)
                  where key = any(personal) and n.value <> o.value and n.value not in ('', '0')) then
        raise exception '% is append-only', tg_table_name;
    end if;
    return new;
end $$;

drop trigger append_only on queue_log;
create trigger append_only before delete or truncate on queue_log for each statement execute function append_only();
create trigger only_forgets before update on queue_log for each row execute function only_forgets();
drop trigger append_only on point_resets;
create trigger append_only before delete or truncate on point_resets for each statement execute function append_only();
create trigger only_forgets before update on point_resets for each row execute function only_forgets();
