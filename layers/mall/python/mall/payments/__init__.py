"""payments (充值与支付系统): what has to be paid, each attempt to pay it, and what the channels say about that.

Owns the relational tables `payment_intent`, `payment_attempt`, `payment_event` and `payment_exception` (by buyer), and
knows how to talk to the channels (`channels`).

    Intent    WAITING ──► SUCCESS ──► PART_REFUNDED ──► REFUNDED
                 └──────► CLOSED
    Attempt   CREATED ──► PENDING ──► SUCCESS | FAILED | CLOSED

Decisions that bind others:
- An amount comes from whoever opens the intent (`service.open_intent`, inside their own transaction), never from a
  client, and an attempt is for the whole of it.
- An attempt's id is its number at the channel (`out_trade_no`), and carries the buyer's slot, so what a channel says
  finds its shard without asking.
- What a channel says is believed when it proves itself: its signature, and that it speaks of our account there. Only
  then is anything kept, or anybody could fill the table or take an event's id.
- One transaction takes in what was said: the event (unique by channel and id), the attempt, the intent, the ledger
  posting of the money that came in, the news. The channel hears "success" only after its commit, and the same event
  gets the same answer.
- Who changes an intent or one of its attempts holds the intent's row lock, so paying and closing happen in turn.
- Money that nobody can use (a payment of a closed intent: `late`; a second payment: `double`) is taken in like any
  other and told as PaymentUnwanted; `refunds` sends it back. A wrong amount changes nothing and waits for an operator.
- "No such payment" is not "failed": until an attempt expires, its buyer may still be on the way to pay.
- Whatever was not heard of is asked for: `next_check_at` is indexed, and its sweep climbs 1, 2, 5, 15, 60 minutes.
- An intent that is being closed takes no new attempts from its first step on.
"""
