"""Cancelling an order that is paid: asked for, agreed to (by the merchant, the platform or by time), refunded.

    PAID ──cancel──► CANCELLING ──agree──► (refund requested) ──refund succeeded──► CANCELLED
      ▲                  │
      └── withdrawn or refused

A merchant and the platform agree with what they ask for themselves. A buyer needs nobody's consent when the shipping is
overdue or was postponed by the merchant; otherwise silence is consent after a day.
"""
