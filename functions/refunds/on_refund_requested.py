"""Send a refund that was requested."""

from mall import events
from mall.refunds.sending import service


@events.consumer("refunds.on_refund_requested")
def app(event: events.Event) -> None:
    """Take in `refunds.RefundRequested`: send what goes through a channel; what is through already stays so."""
    service.send(event.aggregate)
