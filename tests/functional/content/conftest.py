"""Who writes articles and hangs banners."""

import pytest

from mall import ids
from mall.auth import Caller


@pytest.fixture
def editor() -> Caller:
    """An operator who may do all of it."""
    verbs = {"articles": ("list", "get", "put", "remove"), "banners": ("list", "put", "remove")}
    permissions = {
        f"content.{verb}_{noun if verb == 'list' else noun[:-1]}" for noun, some in verbs.items() for verb in some
    }
    return Caller(user_id=ids.new("usr", slot=1), session_id=ids.new("ses"), permissions=frozenset(permissions))
