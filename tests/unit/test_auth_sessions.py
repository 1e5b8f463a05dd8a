"""Sessions and the brake on guessing, by a clock of our own."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.web.auth_sessions import (
    FORGET_SECONDS,
    FREE_TRIES,
    IDLE_SECONDS,
    LONGEST_WAIT,
    Sessions,
    Throttle,
)


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_session_lasts_while_it_is_used_and_ends_at_logout(clock):
    sessions = Sessions(clock=clock)
    mine, other = sessions.begin("ada"), sessions.begin("eve")
    assert mine != other
    for _ in range(5):
        clock.now += IDLE_SECONDS - 1
        assert sessions.name(mine) == "ada"
    assert sessions.name(other) is None  # nobody used it for too long
    sessions.end(mine)
    assert sessions.name(mine) is None
    sessions.end(mine)


@pytest.mark.parametrize("secret", ["", "x", "\ud800", "a" * 10_000])
def test_a_cookie_that_was_never_given_is_nobody(clock, secret):
    sessions = Sessions(clock=clock)
    sessions.begin("ada")
    assert sessions.name(secret) is None


def test_the_oldest_session_leaves_when_there_are_too_many(clock):
    sessions = Sessions(clock=clock, most=3)
    first, second, third = (sessions.begin(f"p{n}") for n in range(3))
    sessions.name(first)  # used last
    sessions.begin("p3")
    assert [sessions.name(s) for s in (first, second, third)] == ["p0", None, "p2"]


def test_a_few_tries_are_free_and_then_each_waits_longer(clock):
    throttle = Throttle(clock=clock)
    waits = []
    for _ in range(FREE_TRIES + 12):
        waits.append(throttle.wait("1.2.3.4"))
        clock.now += waits[-1]
        throttle.failed("1.2.3.4")
    assert waits[:FREE_TRIES] == [0.0] * FREE_TRIES
    for shorter, longer in pairwise(waits[FREE_TRIES:]):
        assert shorter < longer or longer == LONGEST_WAIT
    assert waits[-1] == LONGEST_WAIT
    assert throttle.wait("1.2.3.5") == 0.0
    clock.now += FORGET_SECONDS + 1
    assert throttle.wait("1.2.3.4") == 0.0


def test_a_good_login_clears_the_address(clock):
    throttle = Throttle(clock=clock)
    for _ in range(FREE_TRIES):
        throttle.failed("a")
    assert throttle.wait("a") > 0
    throttle.succeeded("a")
    assert throttle.wait("a") == 0.0


@given(st.lists(st.text(max_size=3), max_size=60))
def test_memory_is_bounded_whoever_fails(addresses):
    throttle = Throttle(clock=Clock(), most=5)
    for address in addresses:
        throttle.failed(address)
    assert len(throttle._failed) <= 5
