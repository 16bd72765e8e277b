"""Where sessions live: DynamoDB, one item a session and one for each refresh token that was used."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute

from mall import nosql
from mall.users import model
from mall.users.model import Device, Session

_USED = "used#"


class _SessionItem(nosql.Model):
    class Meta(nosql.Table):
        logical = "sessions"

    user_id = UnicodeAttribute(hash_key=True)
    session_id = UnicodeAttribute(range_key=True)
    token_digest = UnicodeAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    refreshed_at = UTCDateTimeAttribute(null=True)
    device_name = UnicodeAttribute(null=True)
    device_address = UnicodeAttribute(null=True)
    # Of a used token: the session that it belonged to.
    family = UnicodeAttribute(null=True)
    expires = NumberAttribute(attr_name="ttl")


def open_session(session: Session) -> None:
    """Store a new family of refresh tokens."""
    _SessionItem(
        session.user_id,
        session.id,
        token_digest=session.token_digest,
        created_at=session.created_at,
        refreshed_at=session.refreshed_at,
        device_name=session.device.name,
        device_address=session.device.address,
        expires=int(session.over_at.timestamp()),
    ).save()


def session_of(user_id: str, session_id: str) -> Session:
    """The session. Raises NoSuchSession."""
    if session_id.startswith(_USED):
        raise model.NoSuchSession
    try:
        return _session(_SessionItem.get(user_id, session_id, consistent_read=True))
    except _SessionItem.DoesNotExist:
        raise model.NoSuchSession from None


def rotate(session: Session, *, token_digest: str, at: datetime) -> None:
    """Put a new token in place of the session's present one, and remember the old one as used.

    Raises SessionOver when the session ended, and RefreshedAlready when another request rotated it first.
    """
    renewed = replace(session, token_digest=token_digest, refreshed_at=at)
    try:
        with nosql.transaction() as writes:
            writes.update(
                _SessionItem(session.user_id, session.id),
                actions=[
                    _SessionItem.token_digest.set(token_digest),
                    _SessionItem.refreshed_at.set(at),
                    _SessionItem.expires.set(int(renewed.over_at.timestamp())),
                ],
                condition=_SessionItem.token_digest == session.token_digest,
            )
            writes.save(
                _SessionItem(
                    session.user_id,
                    _USED + session.token_digest,
                    family=session.id,
                    refreshed_at=at,
                    expires=int((session.created_at + model.SESSION_LIFETIME).timestamp()),
                )
            )
    except nosql.ConditionFailed:
        try:
            session_of(session.user_id, session.id)
        except model.NoSuchSession:
            raise model.SessionOver from None
        raise model.RefreshedAlready from None


def used_at(session: Session, token_digest: str) -> datetime | None:
    """When a token of this session was exchanged for the next one; None for what never was one of its tokens."""
    try:
        item = _SessionItem.get(session.user_id, _USED + token_digest, consistent_read=True)
    except _SessionItem.DoesNotExist:
        return None
    return item.refreshed_at if item.family == session.id else None


def close_session(user_id: str, session_id: str) -> None:
    """End a session. Raises NoSuchSession."""
    try:
        with nosql.conditional():
            _SessionItem(user_id, session_id).delete(condition=_SessionItem.token_digest.exists())
    except nosql.ConditionFailed:
        raise model.NoSuchSession from None


def close_sessions(user_id: str, *, but: str = "") -> int:
    """End every session of the person (except `but`) and return how many there were."""
    ended = [session for session in sessions(user_id) if session.id != but]
    with _SessionItem.batch_write() as batch:
        for session in ended:
            batch.delete(_SessionItem(user_id, session.id))
    return len(ended)


def forget_sessions(user_id: str) -> None:
    """Delete the sessions and what is known of their used tokens, for an account that is closed."""
    nosql.erase(_SessionItem, user_id)


def sessions(user_id: str) -> Iterator[Session]:
    """The person's sessions."""
    items = _SessionItem.query(user_id, filter_condition=_SessionItem.token_digest.exists(), consistent_read=True)
    return (_session(item) for item in items)


def _session(item: _SessionItem) -> Session:
    return Session(
        user_id=item.user_id,
        id=item.session_id,
        token_digest=item.token_digest or "",
        created_at=item.created_at,
        refreshed_at=item.refreshed_at,
        device=Device(item.device_name or "", item.device_address or ""),
    )
