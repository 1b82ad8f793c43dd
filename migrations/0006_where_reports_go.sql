-- The channel of the first try, see report_begun_at: where reports go may have changed since.
alter table live_sessions add column report_channel bigint;
