"""Send money back that nobody can use."""

from mall import events
from mall.refunds import service


@events.consumer("refunds.on_payment_unwanted")
def app(event: events.Event) -> None:
    """Take in `payments.PaymentUnwanted`: what came late, or twice, goes back once."""
    service.unwanted(event)
