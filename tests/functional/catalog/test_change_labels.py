"""Changing a merchant's own labels."""

from typing import Any

import pytest

from tests.fixtures import goods

NEW, TEA = {"name": {"zh-CN": "新品", "en": "New"}}, {"name": {"en": "Tea"}}


def test_labels_keep_their_order_and_what_they_were_given(mine: Any) -> None:
    first = mine("change_labels", labels=[NEW, TEA], version=0).body
    new, tea = first["items"]

    answer = mine("change_labels", labels=[tea, new | {"parent_id": tea["id"]}], version=1)

    assert answer.status == 200
    assert answer.body == {"items": [tea, new | {"parent_id": tea["id"]}], "version": 2}
    assert mine("list_labels").body == answer.body


def test_a_repetition_changes_nothing(mine: Any) -> None:
    first = mine("change_labels", labels=[NEW], version=0).body

    again = mine("change_labels", labels=first["items"], version=0)

    assert (again.status, again.body) == (200, first)


def test_an_older_version_is_refused_and_nothing_is_lost(mine: Any) -> None:
    first = mine("change_labels", labels=[NEW], version=0).body

    answer = mine("change_labels", labels=[TEA], version=0)

    assert (answer.status, answer.code) == (409, "LabelsChanged")
    assert mine("list_labels").body == first


def test_of_two_changes_at_once_one_is_refused(mine: Any, at_once: Any) -> None:
    answers = at_once(
        lambda: mine("change_labels", labels=[NEW], version=0), lambda: mine("change_labels", labels=[TEA], version=0)
    )

    assert sorted(answer.status for answer in answers) == [200, 409]


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        ([TEA, {"name": {"en": "tea"}}], "LabelNameTaken"),
        ([{"id": "lbl_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ", **TEA}], "NoSuchLabel"),
        ([TEA | {"parent_id": "lbl_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ"}], "NoSuchLabel"),
        ([{"name": {}}], "Invalid"),
        ([{"name": {"en": " "}}], "NotAText"),
        ([{"name": {"en": f"label {number}"}} for number in range(301)], "Invalid"),
    ],
)
def test_what_cannot_be_kept_is_refused_whole(mine: Any, labels: list[Any], code: str) -> None:
    answer = mine("change_labels", labels=[NEW, *labels], version=0)

    assert (400 <= answer.status < 500, answer.code) == (True, code)
    assert mine("list_labels").body["items"] == []


def test_nobody_takes_a_label_of_another_merchant(mine: Any, invoke: Any) -> None:
    (label,) = mine("change_labels", labels=[NEW], version=0).body["items"]
    rival = goods.clerk(goods.merchant())

    answer = invoke("catalog.change_labels", caller=rival, body={"labels": [label], "version": 0})

    assert answer.code == "NoSuchLabel"
