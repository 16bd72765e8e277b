"""The use cases of merchants' labels."""

from collections.abc import Sequence
from dataclasses import replace

from mall import ids
from mall.catalog import texts
from mall.catalog.labels import schemas, store
from mall.catalog.labels.model import Label, Labels, LabelsChanged, NoSuchLabel
from mall.observability import logger

_ATTEMPTS = 4


def of_merchant(merchant_id: str) -> Labels:
    """The merchant's labels as they are now."""
    return store.load(merchant_id)


def change(merchant_id: str, given: schemas.ChangedLabels) -> Labels:
    """Replace all labels of a merchant, in this order. What has no id is new.

    Raises NoSuchLabel, LabelNameTaken, TooManyLabels, NotAText, or LabelsChanged.
    """
    before = store.load(merchant_id)
    known = {label.id for label in before.labels}
    labels = []
    for number, label in enumerate(given.labels):
        if label.id is not None and label.id not in known:
            raise NoSuchLabel(field=f"labels.{number}.id")
        name = texts.checked(label.name, f"labels.{number}.name", most=40)
        labels.append(Label(label.id or ids.new("lbl"), name, label.parent_id))
    wanted = replace(before, labels=tuple(labels))
    wanted.check()
    if wanted == before:
        return before
    if before.version != given.version:
        raise LabelsChanged
    saved = store.save(wanted, before=before)
    logger.info("labels changed", merchant_id=merchant_id, labels=len(labels))
    return saved


def resolve(merchant_id: str, given: Sequence[str], *, locale: str = texts.DEFAULT) -> tuple[str, ...]:
    """The ids of the labels that are given by id or name; a name that no label has becomes one.

    Raises NoSuchLabel, NotAText or TooManyLabels.
    """
    if not given:
        return ()
    for attempt in range(1, _ATTEMPTS + 1):
        before = store.load(merchant_id)
        labels = before
        found = []
        for number, wanted in enumerate(given):
            label = labels.find(wanted)
            if label is None:
                if wanted.startswith("lbl_"):
                    raise NoSuchLabel(field=f"labels.{number}")
                label = Label(ids.new("lbl"), texts.checked({locale: wanted}, f"labels.{number}", most=40))
                labels = replace(labels, labels=(*labels.labels, label))
            found.append(label.id)
        if labels is before:
            break
        labels.check()
        try:
            store.save(labels, before=before)
            break
        except LabelsChanged:
            if attempt == _ATTEMPTS:
                raise
    return tuple(dict.fromkeys(found))
