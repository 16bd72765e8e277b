"""Proofs of who somebody is: passwords, one-time codes, authenticator apps, refresh tokens. Nothing here stores."""

import re
import secrets
from collections.abc import Iterator
from itertools import pairwise

from mall import errors
from mall.hashing import hash_password, outdated, verify_password
from mall.users.model import CODE_DIGITS, RECOVERY_CODES, Identifier, digest, same

__all__ = [
    "NotAnIdentifier",
    "WeakPassword",
    "check_strength",
    "code_digest",
    "hash_password",
    "new_code",
    "new_one_time_password",
    "new_recovery_codes",
    "new_secret",
    "new_totp_secret",
    "outdated",
    "parse_identifier",
    "totp_step",
    "totp_uri",
    "verify_password",
]

_PHONE = re.compile(r"[+()\d\s.-]{5,24}")
_TOTP_STEP_SECONDS = 30
# Without look-alikes, for codes that people copy by hand.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class NotAnIdentifier(errors.Invalid):
    message = "This is neither an e-mail address nor a phone number."


class WeakPassword(errors.Invalid):
    message = "This password is too easy to guess. Take a longer or less usual one."


def parse_identifier(text: str) -> Identifier:
    """The e-mail address or phone number (China's unless it has a country code) in its one normal form."""
    text = text.strip()
    if "@" in text:
        from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  (only where one is typed in)

        try:
            address = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
        except EmailNotValidError:
            raise NotAnIdentifier from None
        # In ASCII, as SES wants it: a domain of other letters in its IDNA form.
        return Identifier("email", (address.ascii_email or address.normalized).lower())
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(text, "CN") if _PHONE.fullmatch(text) else None
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise NotAnIdentifier
    return Identifier("phone", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def check_strength(password: str, *personal: str) -> None:
    """Raise WeakPassword for a password that others would try first (length over composition: NIST SP 800-63B)."""
    lower = password.lower()
    if len(password) < 8 or len(set(lower)) < 4 or lower in _USUAL:
        raise WeakPassword
    if any(part in lower for name in personal for part in _telling_parts(name)):
        raise WeakPassword("The password contains your own address or number.")
    if _is_run(lower):
        raise WeakPassword


def new_code() -> str:
    """A one-time code of six digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def code_digest(key: str, code: str) -> str:
    """How a short-lived code is stored, bound to what it is for."""
    return digest(f"{key}\n{code}")


def new_secret() -> str:
    """256 random bits, for refresh tokens."""
    return secrets.token_urlsafe(32)


def new_one_time_password() -> str:
    """A password that is replaced at its first use: 16 characters that can be read aloud, 79 bits."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))


def new_totp_secret() -> str:
    """A secret for an authenticator app, in base 32."""
    import pyotp  # noqa: PLC0415

    return pyotp.random_base32()


def totp_uri(secret: str, label: str, issuer: str) -> str:
    """What the QR code for the authenticator app says."""
    import pyotp  # noqa: PLC0415

    return pyotp.TOTP(secret).provisioning_uri(name=label, issuer_name=issuer)


def totp_step(secret: str, code: str, timestamp: int) -> int | None:
    """The time step for which `code` is right (one step of clock drift either way), or None."""
    import pyotp  # noqa: PLC0415

    step = timestamp // _TOTP_STEP_SECONDS
    totp = pyotp.TOTP(secret)
    return next((near for near in (step, step - 1, step + 1) if same(totp.generate_otp(near), code)), None)


def new_recovery_codes() -> list[str]:
    """Codes that each replace the authenticator app once."""
    return [
        "-".join("".join(secrets.choice(_READABLE) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    ]


def _telling_parts(name: str) -> Iterator[str]:
    """What of an address or number a password should not hold; of a number its end, as people leave out the rest."""
    parts = re.split(r"\W+", name.lower())
    return (part[-8:] if part.isdigit() else part for part in parts if len(part) > 3)


def _is_run(text: str) -> bool:
    """Whether the text only counts up or down: 12345678, hgfedcba."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({1}, {-1})


# The head of every published list of leaked passwords, of eight characters and more.
_USUAL = frozenset(
    {
        *("password", "password1", "password123", "passw0rd", "p@ssw0rd", "iloveyou", "princess", "sunshine"),
        *("qwertyuiop", "qwerty123", "1q2w3e4r", "1qaz2wsx", "1q2w3e4r5t", "zaq12wsx", "asdfghjkl", "q1w2e3r4"),
        *("football", "baseball", "superman", "trustno1", "letmein1", "welcome1", "admin123", "abcd1234"),
        *("a1b2c3d4", "123456789a", "a123456789", "woaini1314", "woaini520", "5201314520", "147258369", "789456123"),
        *("123123123", "11223344", "123321123", "12341234", "88888888a", "qq123456", "aa123456", "abc12345"),
    }
)
