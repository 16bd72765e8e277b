"""Where one-time codes live: DynamoDB; and the queue of those that are asked for."""

import json
from datetime import datetime, timedelta

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from mall import aws, config, nosql
from mall.users import model
from mall.users.model import Identifier

_CODES_KEPT = timedelta(days=1)


class _CodeItem(nosql.Model):
    class Meta(nosql.Table):
        logical = "codes"

    id = UnicodeAttribute(hash_key=True)
    digest = UnicodeAttribute(null=True)
    request_id = UnicodeAttribute(null=True)
    sent = BooleanAttribute(null=True)
    valid_until = NumberAttribute(null=True)
    attempts_left = NumberAttribute(null=True)
    expires = NumberAttribute(attr_name="ttl")


def ask_for_code(purpose: model.Purpose, identifier: Identifier, *, locale: str) -> None:
    """Queue the making and sending of a code, so that the answer to the client depends on nothing."""
    aws.client("sqs").send_message(
        QueueUrl=config.queue("codes"),
        MessageBody=json.dumps(
            {"purpose": purpose.value, "kind": identifier.kind, "value": identifier.value, "locale": locale}
        ),
    )


def put_code(purpose: model.Purpose, identifier: Identifier, *, digest: str, request_id: str, at: datetime) -> bool:
    """Store a new code in place of any before it; False when this request's code was already sent."""
    item = _CodeItem(
        _code_id(purpose, identifier),
        digest=digest,
        request_id=request_id,
        sent=False,
        valid_until=int((at + model.CODE_LIFETIME).timestamp()),
        attempts_left=model.CODE_ATTEMPTS,
        expires=int((at + _CODES_KEPT).timestamp()),
    )
    fresh = _CodeItem.id.does_not_exist() | (_CodeItem.request_id != request_id) | (_CodeItem.sent == False)  # noqa: E712
    try:
        with nosql.conditional():
            item.save(condition=fresh)
    except nosql.ConditionFailed:
        return False
    return True


def mark_sent(purpose: model.Purpose, identifier: Identifier, *, request_id: str) -> None:
    """Remember that the code of this request went out, so that a repeated message sends no second one."""
    try:
        with nosql.conditional():
            _CodeItem(_code_id(purpose, identifier)).update(
                actions=[_CodeItem.sent.set(True)], condition=_CodeItem.request_id == request_id
            )
    except nosql.ConditionFailed:
        return  # Used, or replaced by a newer one, before we came to write it down.


def check_code(purpose: model.Purpose, identifier: Identifier, digest: str, *, at: datetime) -> bool:
    """Whether the code is the one and still valid. Every try counts; the code stays good for `use_code`."""
    item = _CodeItem(_code_id(purpose, identifier))
    try:
        with nosql.conditional():
            item.update(
                actions=[_CodeItem.attempts_left.add(-1)],
                condition=(_CodeItem.attempts_left > 0) & (_CodeItem.valid_until > int(at.timestamp())),
            )
    except nosql.ConditionFailed:
        return False
    return model.same(item.digest or "", digest)


def use_code(purpose: model.Purpose, identifier: Identifier, digest: str) -> bool:
    """Use up a code that `check_code` found right; of two at once, one gets it.

    What request it was for is kept, so that a repeated message sends no second code after the first was used.
    """
    try:
        with nosql.conditional():
            _CodeItem(_code_id(purpose, identifier)).update(
                actions=[_CodeItem.digest.remove(), _CodeItem.attempts_left.set(0)],
                condition=_CodeItem.digest == digest,
            )
    except nosql.ConditionFailed:
        return False
    return True


# By digest: the address of whoever closes their account must not stay here until the time to live removes it.
def _code_id(purpose: model.Purpose, identifier: Identifier) -> str:
    return f"code#{purpose}#{model.digest(str(identifier))}"
