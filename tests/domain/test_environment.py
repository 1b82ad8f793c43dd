"""What the environment may say."""

from __future__ import annotations

import pytest

from domain.environment import Environment, Mistakes, environment_from
from domain.settings import Settings, settings_from

TOKEN = "MTIz.abc.def-ghi"


def test_without_anything_it_is_the_demo_on_the_embedded_database() -> None:
    assert environment_from({}) == Environment(None, None, None)
    assert environment_from({"DISCORD_BOT_TOKEN": " ", "DATABASE_URL": "", "GUILD_ID": ""}) == Environment()


def test_values_are_taken_as_they_are_meant() -> None:
    found = environment_from({"DISCORD_BOT_TOKEN": f" {TOKEN}\n", "GUILD_ID": "123456789012345678"})
    assert found == Environment(TOKEN, None, 123456789012345678)


@pytest.mark.parametrize(
    ("word", "meant"),
    [("true", True), ("False", False), ("YES", True), ("no", False), ("1", True), ("0", False), (" ", False)],
)
def test_yes_and_no_may_be_said_in_three_ways(word: str, meant: bool) -> None:
    assert environment_from({"ALLOW_ANY_HANDLE_LINKING": word}).any_handle is meant


@pytest.mark.parametrize(("name", "value"), [("ALLOW_ANY_HANDLE_LINKING", "perhaps"), ("SIGN_API_KEY", "käy")])
def test_what_is_no_answer_or_no_key_is_named(name: str, value: str) -> None:
    with pytest.raises(Mistakes, match=name) as refused:
        environment_from({name: value})
    assert value not in str(refused.value)


@pytest.mark.parametrize("name", ["GUILD_ID", "DISCORD_BOT_TOKEN"])
@pytest.mark.parametrize("value", ["secret words", "12", "-123456789012345678", "a.b", "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧"])
def test_a_bad_value_is_named_without_being_shown(name: str, value: str) -> None:
    with pytest.raises(Mistakes, match=name) as refused:
        environment_from({name: value})
    assert value not in str(refused.value)


def test_every_mistake_has_a_line_of_its_own() -> None:
    with pytest.raises(Mistakes) as refused:
        environment_from({"GUILD_ID": "x", "DISCORD_BOT_TOKEN": "x"})
    assert len(str(refused.value).splitlines()) == 2


def test_settings_of_another_version_or_of_a_wrong_type_fall_back_to_their_defaults() -> None:
    stored = {"repeat_days": 3, "free_open": 1, "delete_pasted": True, "of_the_future": 1, "debug_channel": "x"}
    assert settings_from(stored) == Settings(repeat_days=3, delete_pasted=True)


def test_no_way_of_writing_the_password_is_left_out_of_what_logs_must_hide() -> None:
    for url in ("postgresql://me:p%40ss%2Fword@host/x", "postgresql://me@host/x?password=p%40ss%2Fword"):
        secrets = Environment(TOKEN, url).secrets
        assert {TOKEN, url, "p%40ss%2Fword", "p@ss/word"} <= set(secrets)
    assert Environment().secrets == []
    assert Environment(sign_api_key="euler_1").secrets == ["euler_1"]
