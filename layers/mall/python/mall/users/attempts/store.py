"""Where wrong attempts are counted: DynamoDB, beside the codes."""

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from mall import nosql
from mall.users import model
from mall.users.model import Identifier

_FAILURES_KEPT = 24 * 60 * 60
# How often an attempt is counted anew when others are counted at the same moment.
_TRIES = 3


class _Attempts(nosql.Model):
    class Meta(nosql.Table):
        logical = "codes"

    id = UnicodeAttribute(hash_key=True)
    failures = NumberAttribute(null=True)
    locked_until = NumberAttribute(null=True)
    expires = NumberAttribute(attr_name="ttl")


def count_attempt(identifier: Identifier, *, at: datetime) -> None:
    """Count an attempt to prove oneself as `identifier` as a failure before it is looked at, and shut the door behind
    it where there were several, so that nobody gets more guesses by making them at once.

    `clear_failures` and `forgive_attempt` take it back. Raises TooManyAttempts while the door is shut.
    """
    item, now = _Attempts(_attempts_id(identifier)), int(at.timestamp())
    for _ in range(_TRIES):
        try:
            item.refresh(consistent_read=True)
        except _Attempts.DoesNotExist:
            item = _Attempts(_attempts_id(identifier))
        wait, failures = int(item.locked_until or 0) - now, int(item.failures or 0)
        if wait > 0:
            raise model.TooManyAttempts(retry_after=wait)
        lock = int(model.lock_of(failures + 1).total_seconds())
        unchanged = _Attempts.failures == failures if failures else _Attempts.failures.does_not_exist()
        try:
            with nosql.conditional():
                item.update(
                    actions=[
                        _Attempts.failures.set(failures + 1),
                        _Attempts.locked_until.set(now + lock),
                        _Attempts.expires.set(now + _FAILURES_KEPT),
                    ],
                    condition=unchanged,
                )
        except nosql.ConditionFailed:
            continue
        return
    raise model.TooManyAttempts(retry_after=1)


def forgive_attempt(identifier: Identifier) -> None:
    """Take back the one attempt that was just counted, and no other."""
    try:
        with nosql.conditional():
            _Attempts(_attempts_id(identifier)).update(
                actions=[_Attempts.failures.add(-1), _Attempts.locked_until.remove()], condition=_Attempts.failures > 1
            )
    except nosql.ConditionFailed:
        clear_failures(identifier)


def clear_failures(identifier: Identifier) -> None:
    """Forget wrong attempts after a right one."""
    _Attempts(_attempts_id(identifier)).delete()


# By digest: the address of whoever closes their account must not stay here until the time to live removes it.
def _attempts_id(identifier: Identifier) -> str:
    return f"attempts#{model.digest(str(identifier))}"
