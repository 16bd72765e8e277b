"""Somebody with a whole life in the mall, in both kinds of store, for the state machines that copy and delete it."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from mall import clock, ids
from mall.auth import Caller
from mall.cart import store as carts
from mall.cart.model import Cart, Line, Shown
from mall.money import Money
from mall.users import credentials, store
from mall.users.activity import service as activity
from mall.users.address_book import service as addresses
from mall.users.address_book.schemas import NewAddress
from mall.users.avatars import model as avatars
from mall.users.avatars import service as pictures
from mall.users.consents import service as consents
from mall.users.consents.schemas import ConsentForm
from mall.users.model import Account, Device, Gender, Identifier, Profile, Session, Totp, digest
from mall.users.privacy import service as privacy
from mall.users.sessions import store as sessions
from mall.users.totp import store as totp
from tests.fixtures.buckets import put
from tests.fixtures.drawings import encoded, halves

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Life:
    """Somebody, what names them wherever it is written, and what proves who they are."""

    caller: Caller
    names: tuple[str, ...]
    proofs: tuple[str, ...]
    product: str
    viewed: str

    @property
    def id(self) -> str:
        return self.caller.user_id

    def close(self) -> None:
        """Close the account, as its owner does."""
        privacy.close_account(self.caller, password=PASSWORD, code=None)


def lived(slot: int, number: int = 0) -> Life:
    """Somebody whose id carries `slot`, with everything that the users subsystem may keep of a customer."""
    user_id = ids.new("usr", slot=slot)
    caller = Caller(user_id=user_id, session_id=ids.new("ses"))
    email, phone = f"anna{number}@private.example", f"+861391234{number:04d}"
    account = Account.register(Identifier("email", email), id=user_id, at=clock.now()).bind(Identifier("phone", phone))
    secret = "JBSWY3DPEHPK3PXP"
    account = replace(
        account,
        password_hash=_hash(),
        totp=Totp(totp.encrypt(user_id, secret), confirmed=True, recovery=frozenset({digest("abcde-fghij")})),
        profile=Profile(f"安娜{number}号", Gender.FEMALE, date(1990, 2, 3), "440305", locale="en"),
    )
    store.create(account)
    token, spent = digest(f"token {number}"), digest(f"spent {number}")
    device = Device(f"Anna's phone {number}", "203.0.113.*")
    session = Session(user_id, caller.session_id, spent, clock.now(), clock.now(), device)
    sessions.open_session(session)
    sessions.rotate(session, token_digest=token, at=clock.now())
    for street in (f"秘密路{number}之7号", f"后门巷{number}之9号"):
        addresses.add(
            user_id,
            NewAddress(recipient=f"收件人{number}号", phone="13800138000", division="440305", lines=[street]),
        )
    for kind, given in (("terms", True), ("marketing_email", True), ("history", True)):
        consents.change(user_id, kind, ConsentForm(given=given, policy_version="2030-01"), ip="203.0.113.77")
    product, viewed = ids.new("prd"), ids.new("prd")
    activity.add_favourite(user_id, "product", product)
    activity.record_view(user_id, viewed)
    for _ in range(2):
        upload = avatars.upload_key(user_id, ids.new("upl"))
        put("uploads", upload, encoded(halves(32, 32), "PNG"))
    pictures.take_in(upload)
    note = f"给安娜{number}的生日礼物"
    wanted = Line(
        sku_id=ids.new("sku"),
        product_id=product,
        merchant_id="mch_1",
        quantity=1,
        added_at=clock.now(),
        shown=Shown(1, Money(100), 1),
    )
    carts.save(Cart(user_id, (wanted,), {"mch_1": note}), before=Cart(user_id))
    names = (
        *(email, phone, phone[3:], f"安娜{number}号", f"Anna's phone {number}", "1990-02-03"),
        *(f"秘密路{number}之7号", f"后门巷{number}之9号", f"收件人{number}号", "13800138000", "203.0.113"),
        note,
    )
    proofs = (_hash(), account.totp.secret if account.totp else "", secret, digest("abcde-fghij"), token, spent)
    return Life(caller, names, proofs, product, viewed)


@cache
def _hash() -> str:
    return credentials.hash_password(PASSWORD)
