"""Normal forms of addresses and numbers, strength of passwords, codes and authenticator apps."""

import hashlib
import re

import pyotp
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mall import hashing
from mall.users import credentials
from mall.users.credentials import NotAnIdentifier, WeakPassword
from mall.users.model import CODE_DIGITS, RECOVERY_CODES, Identifier

STRONG = "correct horse battery"
local_parts = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,20}[A-Za-z0-9]", fullmatch=True)
domains = st.sampled_from(["example.com", "Example.COM", "mail.example.org", "例子.中国", "Bücher.de"])


# --- addresses and numbers


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("Lin.Mei@Example.COM", "lin.mei@example.com"),
        ("  lin@example.com\n", "lin@example.com"),
        ("lin+mall@example.com", "lin+mall@example.com"),
        ("lin@bücher.de", "lin@xn--bcher-kva.de"),
        ("lin@BÜCHER.de", "lin@xn--bcher-kva.de"),
        ("lin@xn--bcher-kva.de", "lin@xn--bcher-kva.de"),
        ("lin@例子.中国", "lin@xn--fsqu00a.xn--fiqs8s"),
        ("lin@ｅｘａｍｐｌｅ.com", "lin@example.com"),
    ],
)
def test_an_email_address_has_one_normal_form(typed: str, normal: str) -> None:
    assert credentials.parse_identifier(typed) == Identifier("email", normal)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("(+86) 13800138000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+44 20 7946 0958", "+442079460958"),
        ("+1 212-555-0123", "+12125550123"),
    ],
)
def test_a_phone_number_has_one_normal_form_and_is_chinas_without_a_country_code(typed: str, normal: str) -> None:
    assert credentials.parse_identifier(typed) == Identifier("phone", normal)


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "lin", "@", "lin@", "@example.com", "lin@example", "lin@@example.com", "lin@localhost"),
        *("lin@example..com", ".lin@example.com", "lin@[192.0.2.1]", '"lin mei"@example.com', "Lin <lin@example.com>"),
        *("lin@example.com, mei@example.com", "lin@example.com\nBcc: mei@example.com", "l\0in@example.com"),
        *("林@example.com", "İ@example.com", "lin@exa mple.com", f"{'l' * 65}@example.com", f"lin@{'e' * 250}.com"),
        *("1", "12345", "1380013800", "138001380000", "+999 12345678", "138o0138000", "tel:13800138000", "+", "()"),
        *("13800138000;ext=1", "13800138000x1", "--13800138000--" * 3),
    ],
)
def test_what_is_neither_an_address_nor_a_number_is_refused(typed: str) -> None:
    with pytest.raises(NotAnIdentifier):
        credentials.parse_identifier(typed)


@given(local_parts, domains)
def test_a_normal_form_is_its_own_normal_form_and_plain_ascii(local: str, domain: str) -> None:
    try:
        once = credentials.parse_identifier(f"{local}@{domain}")
    except NotAnIdentifier:
        return

    assert credentials.parse_identifier(once.value) == once
    assert once.value.isascii()
    assert once.value == once.value.lower()


@given(local_parts, domains)
def test_the_case_of_an_address_makes_no_second_account(local: str, domain: str) -> None:
    try:
        one = credentials.parse_identifier(f"{local}@{domain}".upper())
    except NotAnIdentifier:
        return

    assert credentials.parse_identifier(f"{local}@{domain}".lower()) == one


@given(st.text(max_size=60))
@example("@")
@example("+86 138 0013 8000 ")
def test_whatever_is_typed_is_an_identifier_or_refused(typed: str) -> None:
    try:
        found = credentials.parse_identifier(typed)
    except NotAnIdentifier:
        return

    assert found.kind in {"email", "phone"}
    assert credentials.parse_identifier(found.value) == found


# --- passwords


@pytest.mark.parametrize("password", [STRONG, "kT9#vbQ2", "我的密码很长很长啊", "zebra-tulip-77", "a" * 20 + "bcd"])
def test_length_makes_a_password_strong_not_composition(password: str) -> None:
    credentials.check_strength(password, "lin@example.com", "+8613800138000")


@pytest.mark.parametrize(
    "password",
    [
        *("", "short", "kT9#vbQ", "aaaaaaaaaaaa", "abababababab", "ABCabcABCabc"),
        *("password", "PassWord", "password123", "qwertyuiop", "5201314520", "woaini1314"),
        *("12345678", "87654321", "abcdefgh", "HGFEDCBA"),
    ],
)
def test_what_others_would_try_first_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        credentials.check_strength(password)


@pytest.mark.parametrize(
    ("password", "personal"),
    [
        ("linmei-2030", "linmei@example.com"),
        ("my-LINMEI-secret", "linmei@example.com"),
        ("linmei-2030", "LinMei@example.com"),
        ("13800138000-x", "+8613800138000"),
        ("x8613800138000", "+8613800138000"),
        ("pass00138000", "+8613800138000"),
    ],
)
def test_ones_own_address_or_number_makes_no_password(password: str, personal: str) -> None:
    with pytest.raises(WeakPassword, match="own"):
        credentials.check_strength(password, "", personal)


def test_short_or_missing_parts_of_an_address_forbid_nothing() -> None:
    credentials.check_strength("gentle-meadow-of-mei", "mei@qq.com", "")


def test_only_the_password_itself_verifies() -> None:
    stored = credentials.hash_password(STRONG)

    assert credentials.verify_password(stored, STRONG)
    assert not any(
        credentials.verify_password(stored, wrong) for wrong in ("", STRONG + " ", STRONG.upper(), STRONG[:-1])
    )


def test_the_hash_is_argon2id_as_strong_as_owasp_recommends_and_salted() -> None:
    one, other = credentials.hash_password(STRONG), credentials.hash_password(STRONG)

    memory, passes, lanes = map(int, re.findall(r"m=(\d+),t=(\d+),p=(\d+)", one)[0])
    assert one.startswith("$argon2id$")
    assert (memory, passes, lanes) >= (19_456, 2, 1)
    assert one != other
    assert STRONG not in one


def test_without_a_stored_password_none_is_right() -> None:
    assert not any(credentials.verify_password("", password) for password in ("", STRONG, "\0"))


def test_the_hash_for_nobody_costs_what_a_persons_does() -> None:
    settings_of = re.compile(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$")

    assert settings_of.findall(hashing.NOBODYS_HASH) == settings_of.findall(credentials.hash_password(STRONG))
    assert not credentials.outdated(hashing.NOBODYS_HASH)


@pytest.mark.parametrize("stored", ["x", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=1,t=1,p=1$$"])
def test_a_broken_hash_verifies_nothing(stored: str) -> None:
    assert not credentials.verify_password(stored, STRONG)


def test_a_hash_of_weaker_days_is_outdated_and_a_new_one_is_not() -> None:
    from argon2 import PasswordHasher

    weaker = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(STRONG)

    assert credentials.verify_password(weaker, STRONG)
    assert credentials.outdated(weaker)
    assert not credentials.outdated(credentials.hash_password(STRONG))


# --- secrets and codes


def test_a_code_has_six_digits_with_leading_zeros() -> None:
    codes = [credentials.new_code() for _ in range(2000)]

    assert all(re.fullmatch(rf"\d{{{CODE_DIGITS}}}", code) for code in codes)
    assert any(code.startswith("0") for code in codes)
    assert len(set(codes)) > 1900


def test_a_codes_digest_is_bound_to_what_it_is_for() -> None:
    digests = {credentials.code_digest(key, "123456") for key in ("register#a", "sign_in#a", "register#b")}

    assert len(digests) == 3
    assert hashlib.sha256(b"123456").hexdigest() not in digests


def test_a_one_time_password_is_strong_and_can_be_read_aloud() -> None:
    password = credentials.new_one_time_password()

    credentials.check_strength(password)
    assert re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", password)
    assert password != credentials.new_one_time_password()


def test_recovery_codes_are_all_different() -> None:
    codes = credentials.new_recovery_codes()

    assert len(set(codes)) == RECOVERY_CODES
    assert all(re.fullmatch(r"[a-z2-9]{5}-[a-z2-9]{5}", code) for code in codes)


def test_refresh_secrets_have_256_random_bits() -> None:
    secrets = {credentials.new_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert all(len(secret) == 43 for secret in secrets)


# --- authenticator apps


@pytest.mark.parametrize("drift", [-3, -2, -1, 0, 1, 2, 3])
def test_the_app_may_be_one_step_ahead_or_behind(drift: int) -> None:
    secret, now = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", 1_893_456_029
    step = now // 30 + drift

    found = credentials.totp_step(secret, pyotp.TOTP(secret).generate_otp(step), now)

    assert found == (step if abs(drift) <= 1 else None)


def test_the_codes_are_those_of_the_standard() -> None:
    # RFC 6238, appendix B, the SHA-1 column's last six digits.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    for moment, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert credentials.totp_step(secret, code, moment) == moment // 30


@pytest.mark.parametrize("code", ["", "28708", "2870822", "abcdef", "１２３４５６", "287 082", "\U0001f511" * 6])
def test_what_is_no_code_of_the_app_is_simply_wrong(code: str) -> None:
    assert credentials.totp_step("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", code, 59) is None


def test_the_qr_code_names_the_shop_and_whose_account_it_is() -> None:
    uri = credentials.totp_uri(credentials.new_totp_secret(), "lin@example.com", "mall test")

    assert uri.startswith("otpauth://totp/mall%20test:lin%40example.com?secret=")
    assert "issuer=mall%20test" in uri
