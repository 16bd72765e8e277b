"""The DynamoDB table `catalog`: reference data as readers get it, one document an item.

A document is kept as JSON, since it is read a hundred times more often than it is written.
"""

import json
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from mall import nosql


class Kinds(GlobalSecondaryIndex["Document"]):  # type: ignore[no-untyped-call]
    """Documents of one kind in their order, e.g. brands by name."""

    class Meta:
        index_name = "kinds"
        projection = AllProjection()

    kind = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)


class Document(nosql.Model):
    """One document; `version` grows, so that what was read earlier never replaces what was read later."""

    class Meta(nosql.Table):
        logical = "catalog"

    id = UnicodeAttribute(hash_key=True)
    kind = UnicodeAttribute(null=True)
    place = UnicodeAttribute(null=True)
    version = NumberAttribute()
    body = UnicodeAttribute(null=True)
    packed = BinaryAttribute(null=True, legacy_encoding=False)
    expires = NumberAttribute(null=True, attr_name="ttl")
    kinds = Kinds()

    @property
    def content(self) -> Any:
        """What the document says."""
        return json.loads(self.body)


def text_of(content: Any) -> str:
    """`content` as it is kept."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
