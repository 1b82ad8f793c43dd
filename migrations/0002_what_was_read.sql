-- How far the submission channel has been read, so that songs pasted while the bot was away are found.

create table channels_read (
    guild_id    bigint not null,
    channel_id  bigint not null,
    message_id  bigint not null,
    primary key (guild_id, channel_id)
);
