"""From a request that claims to be a channel's to what it means."""

from collections.abc import Mapping
from dataclasses import dataclass

from mall import clock, ids, sql
from mall.observability import count, logger
from mall.payments import channels, store
from mall.payments.exceptions.service import slot_of
from mall.payments.model import SignatureInvalid, Verdict
from mall.payments.reports import service as reports

# What of a request's headers is kept: what its signature is made of, and nothing that a proxy added.
_KEPT = ("content-type", "sandbox-", "stripe-", "wechatpay-")


@dataclass(frozen=True, slots=True)
class Heard:
    """What is answered to a channel: it was heard, and what that meant."""

    content_type: str
    text: str
    verdict: Verdict


def take(channel: str, headers: Mapping[str, str], body: bytes) -> Heard:
    """Take in a callback of `channel`; the same again changes nothing and gets the same answer.

    Nothing is kept of what does not prove itself. Raises NoSuchChannel, SignatureInvalid, or Invalid for what has not
    the channel's form.
    """
    way = channels.of(channel)
    try:
        notice = way.notice(headers, body)
    except SignatureInvalid:
        count("CallbacksForged")
        raise
    now = clock.now()
    report = notice.report
    slot = slot_of(report.attempt_id) if report else slot_of(notice.event_id)
    kept = {name: value for name, value in headers.items() if name.startswith(_KEPT)}

    def act(session: sql.Session) -> Verdict:
        if notice.problem:
            verdict = Verdict.FOREIGN
        elif report is None:
            verdict = Verdict.NOTHING
        else:
            verdict = reports.take(session, report, channel=channel, event_id=notice.event_id, at=now)
        before = store.keep_event(
            session, notice, verdict, slot=slot, headers=kept, body=body.decode("utf-8", "replace"), at=now
        )
        return before or verdict

    verdict = sql.retrying(act, key=ids.new("evt", slot=slot))
    if verdict is Verdict.FOREIGN:
        count("CallbacksForeign")
        logger.error("callback for somebody else", channel=channel, event_id=notice.event_id, problem=notice.problem)
    content_type, text = way.answer()
    return Heard(content_type, text, verdict)
