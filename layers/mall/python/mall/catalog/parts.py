"""The DynamoDB table `products`: one partition a product, one item for each of its parts (see `mall.catalog`).

What a part says is kept as JSON in `body`: the table's indexes and conditions need nothing of it, and JSON is read in a
fraction of the time that DynamoDB's own notation takes.
"""

import json
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from mall import nosql

DRAFT, HEAD, LIVE, OFFERS, VERSION, REF = "draft", "head", "live", "offers", "v#", "ref"


class OfMerchant(GlobalSecondaryIndex["Part"]):  # type: ignore[no-untyped-call]
    """The heads of a merchant's products, by when they were changed."""

    class Meta:
        index_name = "of_merchant"
        projection = AllProjection()

    owner = UnicodeAttribute(hash_key=True)
    changed = UnicodeAttribute(range_key=True)


class OfCategory(GlobalSecondaryIndex["Part"]):  # type: ignore[no-untyped-call]
    """The drafts and live versions in a category."""

    class Meta:
        index_name = "of_category"
        projection = KeysOnlyProjection()

    category_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class Waiting(GlobalSecondaryIndex["Part"]):  # type: ignore[no-untyped-call]
    """The heads of products whose drafts wait for a reviewer, by how long they have."""

    class Meta:
        index_name = "waiting"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    submitted = UnicodeAttribute(range_key=True)


class Due(GlobalSecondaryIndex["Part"]):  # type: ignore[no-untyped-call]
    """The heads of products of which something begins or ends by itself, by when it does."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    timer = UnicodeAttribute(hash_key=True)
    due = UnicodeAttribute(range_key=True)


class Part(nosql.Model):
    """A part of a product. Only the head has the attributes of `of_merchant`, `waiting` and `due`."""

    class Meta(nosql.Table):
        logical = "products"

    id = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    body = UnicodeAttribute(null=True)
    # Of the head: counts changes of the product. Of the offers: counts theirs. Of what is live: its version.
    version = NumberAttribute(null=True)
    # At which revision of the product this part was written.
    revision = NumberAttribute(null=True)
    merchant_id = UnicodeAttribute(null=True)
    product_id = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    owner = UnicodeAttribute(null=True)
    changed = UnicodeAttribute(null=True)
    category_id = UnicodeAttribute(null=True)
    queue = UnicodeAttribute(null=True)
    submitted = UnicodeAttribute(null=True)
    timer = UnicodeAttribute(null=True)
    due = UnicodeAttribute(null=True)
    of_merchant = OfMerchant()
    of_category = OfCategory()
    waiting = Waiting()
    by_time = Due()

    @property
    def content(self) -> Any:
        """What the part says."""
        return json.loads(self.body)


def text_of(content: Any) -> str:
    """`content` as it is kept."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
