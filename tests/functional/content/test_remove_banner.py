"""Taking a banner down."""

from collections.abc import Callable

from mall.auth import NOBODY, Caller
from mall.content import service
from tests.fixtures.gateway import Answer
from tests.functional.content.test_put_banner import BODY


def test_a_banner_is_taken_down_and_a_repetition_changes_nothing(invoke: Callable[..., Answer], editor: Caller) -> None:
    invoke("content.put_banner", caller=editor, path={"banner_id": "spring"}, body=BODY)
    assert invoke("content.remove_banner", caller=NOBODY, path={"banner_id": "spring"}).status == 401
    assert len(service.banners()) == 1

    for _ in range(2):
        assert invoke("content.remove_banner", caller=editor, path={"banner_id": "spring"}).status == 204

    assert service.banners() == []
    assert invoke("content.remove_banner", caller=editor, path={"banner_id": "A B"}).code == "NotASlug"
