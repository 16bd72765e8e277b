"""The way into the catalog: one record of a file becomes one product, or what is wrong with it is said."""

import random
import time
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from mall import errors
from mall.catalog.brands import service as brands
from mall.catalog.categories import service as categories
from mall.catalog.categories.model import Node
from mall.catalog.products import service as products
from mall.catalog.products.model import Content, Option, Sku, Value
from mall.images import service as images
from mall.imports.documents import Document, OptionDocument, SkuDocument, faults
from mall.imports.formats.template import MAX_ID
from mall.imports.model import Fault, Job, Outcome, Record, Then

_ATTEMPTS = 4
_NAMES_A_CALL = 100
_PRODUCT, _PICTURE, _CATEGORY, _BRAND = "prd_", "pic_", "cat_", "brd_"
# What the catalog calls otherwise than a file does.
_FIELDS = {"category_id": "category", "brand_id": "brand", "picture_id": "picture"}


class Refused(Exception):
    """A record cannot be taken in; `faults` says why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class Intake:
    """Takes records of one job in; what they have in common is asked for once."""

    def __init__(self, job: Job, records: Iterable[Record]) -> None:
        self._job = job
        self._documents: dict[int, Document] = {}
        self._refused: dict[int, Refused] = {}
        for record in records:
            try:
                self._documents[record.row] = Document.of(record.document, job.language)
            except ValidationError as error:
                self._refused[record.row] = Refused(faults(record, error))
        given = self._documents.values()
        shown = {name for document in given for name in _pictures(document)}
        self._pictures = self._named({name for name in shown if not name.startswith(_PICTURE)})
        self._sought = products.seek(
            job.merchant_id,
            external_ids=[document.external_id for document in given],
            pictures={
                self._pictures.get(name, name) for name in shown if name in self._pictures or name.startswith(_PICTURE)
            },
        )
        self._brands: dict[str, str] | None = None

    def knows(self, record: Record) -> bool:
        """Whether the merchant has the record's product already."""
        return record.external_id in self._sought.products or record.external_id.startswith(_PRODUCT)

    def take(self, record: Record) -> Outcome:
        """Create or change the record's product and say which. Raises Refused."""
        refused = self._refused.get(record.row)
        if refused is not None:
            raise refused
        document = self._documents[record.row]
        try:
            content = self._content(record, document)
            return self._put(document, content)
        except errors.Unavailable:
            raise
        except errors.MallError as refusal:
            raise Refused(list(_of_refusal(record, refusal))) from None

    def _put(self, document: Document, content: Content) -> Outcome:
        own = document.external_id if document.external_id.startswith(_PRODUCT) else None
        for attempt in range(_ATTEMPTS):
            try:
                _, what = products.write(
                    self._job.merchant_id,
                    content,
                    by=self._job.created_by,
                    submit=self._job.then is Then.SUBMIT,
                    product_id=own,
                    # What was sought for all may be out of date when somebody came between.
                    sought=self._sought if attempt == 0 else None,
                )
                return Outcome(what)
            except errors.Conflict:
                # Somebody changes the product, or its labels, at this moment.
                if attempt == _ATTEMPTS - 1:
                    raise
                time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311
        raise AssertionError("unreachable")

    def _content(self, record: Record, document: Document) -> Content:
        own = document.external_id.startswith(_PRODUCT)
        category_id = self._category(record, document.category)
        return Content(
            external_id="" if own else document.external_id,
            category_id=category_id,
            brand_id=self._brand(record, document.brand) if document.brand else "",
            name=document.name,
            summary=document.summary,
            description=document.description,
            attributes=_attributes(document, category_id),
            options=tuple(_option(option) for option in document.options),
            skus=tuple(self._sku(record, document, number) for number in range(len(document.skus))),
            pictures=tuple(
                self._picture(record, name, f"pictures.{number}") for number, name in enumerate(document.pictures)
            ),
            labels=tuple(document.labels),
            tags=tuple(document.tags),
            gender_affinity=document.gender_affinity or "",
            on_sale_from=document.on_sale_from,
            on_sale_until=document.on_sale_until,
        )

    def _sku(self, record: Record, document: Document, number: int) -> Sku:
        sku = document.skus[number]
        return Sku(
            code=sku.code or _code(document, sku),
            options=sku.options,
            price=sku.price,
            list_price=sku.list_price,
            barcode=sku.barcode or "",
            weight_g=sku.weight_g,
            picture_id=self._picture(record, sku.picture, f"skus.{number}.picture") if sku.picture else "",
            stock=sku.stock,
        )

    def _category(self, record: Record, given: str) -> str:
        if given.startswith(_CATEGORY):
            return given
        names = [name.strip().casefold() for name in given.split(">")]
        for fresh in (False, True):
            found = _at(categories.tree(fresh=fresh), names)
            if len(found) > 1:
                raise _refused(record, "AmbiguousCategory", "Several categories go by this name.", "category")
            if found:
                return found[0]
        raise _refused(record, "NoSuchCategory", "There is no such category.", "category")

    def _brand(self, record: Record, given: str) -> str:
        if given.startswith(_BRAND):
            return given
        if self._brands is None:
            self._brands = {
                name.casefold(): brand.id for brand in brands.all() for name in (*brand.name.values(), brand.slug)
            }
        try:
            return self._brands[given.casefold()]
        except KeyError:
            raise _refused(record, "NoSuchBrand", "There is no such brand.", "brand") from None

    def _picture(self, record: Record, given: str, field: str) -> str:
        if given.startswith(_PICTURE):
            return given
        try:
            return self._pictures[given]
        except KeyError:
            message = "No picture was uploaded under this name, or it is not ready yet."
            raise _refused(record, "NoSuchPicture", message, field) from None

    def _named(self, names: set[str]) -> dict[str, str]:
        """The pictures that the merchant uploaded under these names."""
        found: dict[str, str] = {}
        wanted = sorted(names)
        for start in range(0, len(wanted), _NAMES_A_CALL):
            found |= images.named(self._job.merchant_id, wanted[start : start + _NAMES_A_CALL])
        return found


def _attributes(document: Document, category_id: str) -> dict[str, Any]:
    """The attributes as the category's template has them; of a category that is none, as they were given."""
    category = categories.seen(category_id)
    known = category.template.stated if category else {}
    return {code: known[code].read(value) if code in known else value for code, value in document.attributes.items()}


def _pictures(document: Document) -> Iterator[str]:
    """The file names and ids of the pictures in a document."""
    yield from document.pictures
    yield from (sku.picture for sku in document.skus if sku.picture)


def _code(document: Document, sku: SkuDocument) -> str:
    """What to call a SKU to which the file gives no code."""
    return "-".join([document.external_id, *(sku.options[option] for option in sorted(sku.options))])[:MAX_ID]


def _option(option: OptionDocument) -> Option:
    values = tuple(Value(value.code, value.name) for value in option.values)
    return Option(option.code, option.name, values)


def _at(nodes: Iterable[Node], names: list[str]) -> list[str]:
    """The categories at the end of a path of names from the root; of one name alone, those anywhere in the tree."""
    here = list(nodes)
    fitting = [node for node in here if names[0] in {name.casefold() for name in node.name.values()}]
    if len(names) > 1:
        return [found for node in fitting for found in _at(node.children, names[1:])]
    if fitting:
        return [node.id for node in fitting]
    return []


def _refused(record: Record, code: str, message: str, field: str) -> Refused:
    return Refused([Fault(record.row_of(field), code, message, record.external_id[:MAX_ID], field)])


def _of_refusal(record: Record, refusal: errors.MallError) -> Iterator[Fault]:
    """What the catalog refused, in the rows and fields of the file."""
    details = refusal.details
    problems = [(fault["field"], fault["problem"]) for fault in details.get("fields", ())]
    for field, message in problems or [(str(details.get("field", "")), str(refusal))]:
        path = ".".join(_FIELDS.get(part, part) for part in field.split("."))
        yield Fault(record.row_of(path), refusal.code, message, record.external_id[:MAX_ID], path[:100])
