"""Refusals: a public code, a message for people, details for programs."""

import pytest

from mall import errors


class SoldOut(errors.Conflict):
    message = "This is sold out."


def test_the_code_of_a_refusal_is_the_name_of_its_class() -> None:
    assert SoldOut().code == "SoldOut"


def test_a_refusal_says_its_usual_message_unless_given_another() -> None:
    assert str(SoldOut()) == "This is sold out."
    assert str(SoldOut("Only two are left.")) == "Only two are left."
    assert str(errors.Invalid()) == errors.Invalid.message


def test_details_are_what_programs_may_read() -> None:
    assert SoldOut(left=2).details == {"left": 2}
    assert SoldOut().details == {}


def test_too_many_requests_says_when_to_come_back() -> None:
    refusal = errors.TooManyRequests(retry_after=30)

    assert refusal.retry_after == 30
    assert refusal.details == {"retry_after": 30}


def test_nobody_forgets_to_say_when_to_come_back() -> None:
    with pytest.raises(TypeError):
        errors.TooManyRequests()  # type: ignore[call-arg]
