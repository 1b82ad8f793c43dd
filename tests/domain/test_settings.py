"""What settings may be, and what is made of stored ones."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusals import Refused
from domain.settings import CHANNELS, DEFAULTS, NAMES, OPTIONS, Group, Number, Settings, Switch, fits, settings_from

NUMBERS = {name: option for name, option in OPTIONS.items() if isinstance(option, Number)}
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers())


def test_every_setting_is_a_place_or_has_an_option() -> None:
    assert {*OPTIONS, *CHANNELS, "reviewer_role"} == set(NAMES)


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_allows_its_default_and_fits_into_discords_forms(name: str) -> None:
    option = OPTIONS[name]
    assert fits(name, getattr(DEFAULTS, name))
    assert option.why.endswith(".")
    assert 0 < len(option.label) <= 45
    assert len(option.why) <= 100
    if isinstance(option, Switch):
        assert option.on != option.off


@pytest.mark.parametrize("group", Group)
def test_every_page_has_some_settings_and_not_too_many(group: Group) -> None:
    assert 0 < len([option for option in OPTIONS.values() if option.group is group]) <= 25


@pytest.mark.parametrize("name", NUMBERS)
@given(number=st.integers())
def test_a_number_is_read_back_as_it_was_typed_or_refused_with_its_range(name: str, number: int) -> None:
    option = NUMBERS[name]
    for typed in (str(number), f" {number:,} ", f"{number:_}"):
        if option.least <= number <= option.most:
            assert option.read(typed) == number
            assert fits(name, number)
        else:
            assert not fits(name, number)
            with pytest.raises(Refused, match=f"from {option.least:,} to {option.most:,}"):
                option.read(typed)


@given(typed=st.text())
def test_whatever_is_typed_is_a_number_or_refused(typed: str) -> None:
    with suppress(Refused):
        assert fits("repeat_days", NUMBERS["repeat_days"].read(typed))


@given(rows=st.dictionaries(st.sampled_from([*NAMES, "of another version"]), ANYTHING))
def test_stored_values_of_a_wrong_type_or_range_are_left_out(rows: dict[str, Any]) -> None:
    settings = settings_from(rows)
    for name, value in asdict(settings).items():
        assert value == (rows[name] if name in rows and fits(name, rows[name]) else getattr(Settings(), name))


def test_a_bool_is_no_number_and_a_number_no_bool() -> None:
    assert settings_from({"repeat_days": True, "free_open": 0}) == Settings()
