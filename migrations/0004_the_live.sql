-- The LIVE: what a host asked for, sessions, people on TikTok, what they did, gifts, points, coins and statistics.

-- What a host wants to hear; it is there until they disconnect, the LIVE ends, or it can't be.
create table live_requests (
    guild_id    bigint      primary key,
    username    text        not null,  -- the host's handle on TikTok
    persistent  boolean     not null,
    asked_by    bigint      not null,
    asked_at    timestamptz not null default clock_timestamp()
);

create table live_sessions (
    id             bigint generated always as identity primary key,
    guild_id       bigint      not null,
    username       text        not null,
    room_id        bigint      not null,
    started_at     timestamptz not null,
    last_event_at  timestamptz,
    minute         bigint      not null default 0,  -- the last minute (of the epoch) that was counted as watched
    lost           bigint      not null default 0 check (lost >= 0),  -- messages that found no room while the database was away
    asked_to_end   boolean     not null default false,
    ended_at       timestamptz
);
create unique index one_open_session on live_sessions (guild_id) where ended_at is null;
create index sessions_of_a_guild on live_sessions (guild_id, id desc);

-- Everybody who was ever seen, or linked. Points are what was counted since the last reset.
create table tiktok_accounts (
    guild_id             bigint  not null,
    tiktok_id            bigint  not null check (tiktok_id <> 0),  -- TikTok's own; below 0: linked before it was ever seen
    handle               text    not null,
    nickname             text    not null default '',
    first_seen           timestamptz,
    last_seen            timestamptz,
    user_id              bigint,  -- whose it is on Discord
    linked_by            bigint,
    linked_at            timestamptz,
    verified             boolean not null default false,
    join_points          bigint  not null default 0 check (join_points >= 0),
    like_points          bigint  not null default 0 check (like_points >= 0),
    comment_points       bigint  not null default 0 check (comment_points >= 0),
    share_points         bigint  not null default 0 check (share_points >= 0),
    follow_points        bigint  not null default 0 check (follow_points >= 0),
    subscription_points  bigint  not null default 0 check (subscription_points >= 0),
    gift_points          bigint  not null default 0 check (gift_points >= 0),
    points               bigint  generated always as (join_points + like_points + comment_points + share_points
                                 + follow_points + subscription_points + gift_points) stored,
    watched              bigint  not null default 0 check (watched >= 0),  -- minutes that have not brought a coin yet
    coins                bigint  not null default 0 check (coins >= 0),  -- Luxury Coins that wait for it to be linked
    primary key (guild_id, tiktok_id),
    check ((user_id is null) = (linked_at is null))
) with (fillfactor = 70);
create index accounts_by_handle on tiktok_accounts (guild_id, handle text_pattern_ops);
create index accounts_of_a_user on tiktok_accounts (guild_id, user_id) where user_id is not null;
create index accounts_not_seen on tiktok_accounts (guild_id) where tiktok_id < 0;

create table former_handles (
    guild_id    bigint not null,
    tiktok_id   bigint not null,
    handle      text   not null,
    first_seen  timestamptz,
    last_seen   timestamptz
);
create index former_handles_of_an_account on former_handles (guild_id, tiktok_id);

create function keep_former_handle() returns trigger language plpgsql as $$
begin
    insert into former_handles
    select old.guild_id, old.tiktok_id, old.handle, coalesce(max(last_seen), old.first_seen), old.last_seen
    from former_handles where guild_id = old.guild_id and tiktok_id = old.tiktok_id;
    return null;
end $$;
create trigger keep_former_handle after update of handle on tiktok_accounts
    for each row when (old.handle <> new.handle and old.last_seen is not null) execute function keep_former_handle();

-- Every message of a LIVE that counts, once. Kinds are numbered as in domain/live.py.
create table interactions (
    guild_id    bigint      not null,
    message_id  bigint      not null,  -- TikTok's; below 0 where it gave none
    session_id  bigint      not null,
    tiktok_id   bigint,                -- null: of the room, not of a person
    kind        smallint    not null,
    amount      bigint      not null,  -- taps of a like, count of a gift so far, viewers now
    at          timestamptz not null,
    words       text        not null default '',  -- what was said, or the gift's name
    primary key (guild_id, message_id)
);
create index interactions_by_time on interactions using brin (at) with (pages_per_range = 32, autosummarize = on);

-- What a person did in a session, summed up; it stays when the messages are gone.
create table session_people (
    session_id     bigint      not null,
    guild_id       bigint      not null,
    tiktok_id      bigint      not null,
    first_at       timestamptz not null,
    last_at        timestamptz not null,
    watched        bigint      not null default 0,  -- minutes
    likes          bigint      not null default 0,  -- taps
    like_messages  bigint      not null default 0,
    comments       bigint      not null default 0,
    shares         bigint      not null default 0,
    follows        bigint      not null default 0,
    subscriptions  bigint      not null default 0,
    gifts          bigint      not null default 0,  -- items
    coins          bigint      not null default 0,  -- TikTok coins of finished gifts: the credit of the session …
    spent          bigint      not null default 0,  -- … of which so much has lifted songs
    to_look_at     boolean     not null default false,  -- the credit has grown, and no song was looked for yet
    primary key (session_id, tiktok_id),
    check (spent between 0 and coins)
) with (fillfactor = 70);
create index people_to_look_at on session_people (guild_id) where to_look_at;

-- One row a gift: a whole streak is one, and grows.
create table gifts (
    guild_id      bigint      not null,
    room_id       bigint      not null,
    tiktok_id     bigint      not null,
    gift_id       bigint      not null,
    streak        bigint      not null,  -- TikTok's group; minus the message's id for a gift that is no streak
    session_id    bigint      not null,
    name          text        not null,
    diamonds      bigint      not null check (diamonds >= 0),  -- TikTok coins that one of it is worth
    count         bigint      not null check (count > 0),
    counted       bigint      not null default 0,  -- how many of it have become points, coins and credit
    finished      boolean     not null default false,
    at            timestamptz not null,
    last_step_at  timestamptz not null default clock_timestamp(),
    primary key (guild_id, room_id, tiktok_id, gift_id, streak),
    check (counted between 0 and count)
);
create index gifts_to_count on gifts (session_id) where counted < count;
create index gifts_of_a_session on gifts (session_id);
create index gifts_by_time on gifts (guild_id, at);

-- What a gift was worth when TikTok said it.
create table gift_values (
    guild_id  bigint not null,
    gift_id   bigint not null,
    name      text   not null,
    diamonds  bigint not null check (diamonds > 0),
    primary key (guild_id, gift_id)
);

-- The guild's current stream, and its last one afterwards; the totals of all streams apart.
create table stream_stats (
    guild_id    bigint      primary key,
    username    text        not null,
    room_id     bigint      not null,
    viewers     bigint      not null default 0,
    viewers_at  timestamptz,  -- when TikTok counted them
    likes       bigint      not null default 0,
    coins       bigint      not null default 0,
    followers   bigint      not null default 0,
    shares      bigint      not null default 0,
    gifts       bigint      not null default 0,
    updated_at  timestamptz not null default clock_timestamp()
);
create table stream_totals (
    guild_id   bigint primary key,
    streams    bigint not null default 0,
    likes      bigint not null default 0,
    coins      bigint not null default 0,
    followers  bigint not null default 0,
    shares     bigint not null default 0,
    gifts      bigint not null default 0
);

-- Luxury Coins: the ledger is the truth, the balance its sum.
create table coin_balances (
    guild_id  bigint not null,
    user_id   bigint not null,
    balance   bigint not null check (balance >= 0),
    primary key (guild_id, user_id)
);
create table coin_ledger (
    id         bigint generated always as identity primary key,
    guild_id   bigint      not null,
    user_id    bigint      not null,
    amount     bigint      not null check (amount <> 0),
    before     bigint      not null check (before >= 0),
    after      bigint      not null check (after >= 0),
    kind       text        not null check (kind in ('watching', 'gifts', 'linking', 'purchase', 'refund', 'admin')),
    reason     text        not null default '',
    by_id      bigint,  -- the admin
    entry_id   bigint references queue_log,  -- the purchase, or the undo of one
    at         timestamptz not null default clock_timestamp(),
    check (after = before + amount)
);
create index ledger_of_a_user on coin_ledger (guild_id, user_id, id desc);
create unique index an_entry_moves_coins_once on coin_ledger (entry_id) where entry_id is not null;

-- Whose credit lifted a song, for Undo.
create table credit_uses (
    entry_id    bigint not null references queue_log,
    session_id  bigint not null,
    tiktok_id   bigint not null,
    coins       bigint not null check (coins > 0),
    primary key (entry_id, tiktok_id)
);

-- What a started Free song cost the handles of its submitter, for Undo.
create table handle_resets (
    entry_id             bigint not null references queue_log,
    guild_id             bigint not null,
    tiktok_id            bigint not null,
    join_points          bigint not null,
    like_points          bigint not null,
    comment_points       bigint not null,
    share_points         bigint not null,
    follow_points        bigint not null,
    subscription_points  bigint not null,
    gift_points          bigint not null,
    primary key (entry_id, tiktok_id)
);

-- A code that somebody has to type in the chat of the LIVE.
create table verifications (
    guild_id    bigint      not null,
    user_id     bigint      not null,
    handle      text        not null,
    code        text        not null,
    expires_at  timestamptz not null,
    proven_by   bigint,  -- the account that typed it
    primary key (guild_id, user_id, handle)
);
create unique index codes on verifications (guild_id, code);

create or replace function only_forgets() returns trigger language plpgsql as $$
declare
    personal constant text[] := array['actor_id', 'actor_name', 'reason', 'user_id', 'by_id'];
begin
    if to_jsonb(new) - personal <> to_jsonb(old) - personal
       or exists (select from jsonb_each_text(to_jsonb(new)) as n join jsonb_each_text(to_jsonb(old)) as o using (key)
                  where key = any(personal) and n.value is distinct from o.value and n.value not in ('', '0')) then
        raise exception '% is append-only', tg_table_name;
    end if;
    return new;
end $$;

create trigger append_only before delete or truncate on coin_ledger for each statement execute function append_only();
create trigger only_forgets before update on coin_ledger for each row execute function only_forgets();
create trigger append_only before update or delete or truncate on credit_uses
    for each statement execute function append_only();
create trigger append_only before update or delete or truncate on handle_resets
    for each statement execute function append_only();

alter table queue_log drop constraint queue_log_action_check;
alter table queue_log add constraint queue_log_action_check check (action in
    ('submit', 'claim', 'edit', 'withdraw', 'next', 'finish', 'move', 'remove', 'clear', 'approve', 'undo', 'lift', 'buy'));

-- What the score of a waiting Free song is made of, by kind; written with the score.
alter table submissions add column made_of jsonb not null default '{}';

-- Points that admins have given.
create table points_given (
    id        bigint generated always as identity primary key,
    guild_id  bigint      not null,
    user_id   bigint      not null,
    points    bigint      not null check (points > 0),
    reason    text        not null default '',
    by_id     bigint      not null,
    at        timestamptz not null default clock_timestamp()
);
create index points_given_to_a_user on points_given (guild_id, user_id, id desc);
create trigger append_only before delete or truncate on points_given for each statement execute function append_only();
create trigger only_forgets before update on points_given for each row execute function only_forgets();

-- A lift is told to the submitter, and to everybody in the submission channel.
alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check
    check (kind in ('next', 'playing', 'moved', 'removed', 'lifted', 'lifted for all'));
alter table notification_choices drop constraint notification_choices_kind_check;
alter table notification_choices add constraint notification_choices_kind_check
    check (kind in ('next', 'playing', 'moved', 'removed', 'lifted'));
