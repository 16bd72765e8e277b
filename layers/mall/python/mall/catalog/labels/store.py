"""Merchants' labels in the table `catalog`."""

from dataclasses import replace

from mall import nosql
from mall.catalog.documents import Document, text_of
from mall.catalog.labels.model import Label, Labels, LabelsChanged


def load(merchant_id: str) -> Labels:
    """The labels of a merchant."""
    try:
        document = Document.get(_id(merchant_id), consistent_read=True)
    except Document.DoesNotExist:
        return Labels(merchant_id)
    labels = tuple(Label(**content) for content in document.content)
    return Labels(merchant_id, labels, int(document.version))


def save(labels: Labels, *, before: Labels) -> Labels:
    """Keep a merchant's labels. Raises LabelsChanged when they are no longer as they were `before`."""
    labels = replace(labels, version=before.version + 1)
    content = [{"id": label.id, "name": dict(label.name), "parent_id": label.parent_id} for label in labels.labels]
    document = Document(_id(labels.merchant_id), version=labels.version, body=text_of(content))
    expected = Document.version == before.version if before.version else Document.id.does_not_exist()
    try:
        with nosql.conditional():
            document.save(condition=expected)
    except nosql.ConditionFailed:
        raise LabelsChanged from None
    return labels


def _id(merchant_id: str) -> str:
    return f"labels#{merchant_id}"
