"""Public keys in their one form."""

import base64

import pytest

from mall.users.api_keys.model import NotAPublicKey, normal_form

RAW = bytes(range(224, 256))
NORMAL = base64.urlsafe_b64encode(RAW).decode()


@pytest.mark.parametrize(
    "spelling", [NORMAL, NORMAL.rstrip("="), base64.b64encode(RAW).decode(), f"  {NORMAL}\n", NORMAL + "="]
)
def test_every_spelling_of_a_key_has_one_form(spelling: str) -> None:
    assert normal_form(spelling) == NORMAL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=" * 44,
        base64.b64encode(RAW[:31]).decode(),
        base64.b64encode(RAW + b"\0").decode(),
        RAW.hex(),
        "ssh-ed25519 " + NORMAL,
        NORMAL[:20] + "\n" + NORMAL[20:],
        NORMAL[:-2] + "$=",
        "ü" * 43,
    ],
)
def test_what_is_not_32_bytes_in_base_64_is_no_key(text: str) -> None:
    with pytest.raises(NotAPublicKey):
        normal_form(text)
