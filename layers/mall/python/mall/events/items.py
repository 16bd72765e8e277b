"""The DynamoDB tables of the outbox, the inbox and of what saga tasks have done, as PynamoDB models.

Imported when first needed, so that a function which only uses PostgreSQL does not pay for PynamoDB.
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from mall import nosql


class OutboxItem(nosql.Model):
    """An event on its way to the bus; the table's stream starts the relay, the time to live removes it later."""

    class Meta(nosql.Table):
        logical = "outbox"

    aggregate = UnicodeAttribute(hash_key=True, attr_name="pk")
    id = UnicodeAttribute(range_key=True, attr_name="sk")
    name = UnicodeAttribute()
    detail = UnicodeAttribute()
    ttl = NumberAttribute()


class InboxItem(nosql.Model):
    """That `consumer` has taken in an event: its `id` is `<consumer>#<event id>`."""

    class Meta(nosql.Table):
        logical = "inbox"

    id = UnicodeAttribute(hash_key=True)
    ttl = NumberAttribute()
