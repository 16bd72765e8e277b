"""From what a merchant sends to what is kept: trimmed, sanitised, and held against the template of the category.

`prepared` lets a draft be incomplete; `check_complete` says what a reviewer would miss. Both find everything that is
wrong at once and raise BadProduct with the `fields`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mall import errors
from mall.catalog import texts
from mall.catalog.categories.template import VALUE_CODE, Attribute, Template, Value
from mall.catalog.offers.model import MOST_STOCK, BadPrice, check_price
from mall.catalog.products.content import Content, Option, Sku
from mall.money import Money

MOST_SKUS, MOST_OPTIONS, MOST_OPTION_VALUES = 200, 5, 100
MOST_PICTURES, MOST_LABELS, MOST_TAGS = 30, 20, 30
LONGEST_NAME, LONGEST_SUMMARY, LONGEST_DESCRIPTION = 120, 300, 50_000
HEAVIEST_G = 10**8
MOST_SPECIAL_PRICES = 10
_MOST_NUMBER = 10**15
_PICTURE = re.compile(r"pic_[0-9a-f]{32}")
_BARCODE = re.compile(r"[0-9A-Za-z-]{4,32}")
_CODE = re.compile(r"[^\x00-\x1f\x7f]{1,64}")
_LEVEL = re.compile(r"[a-z][a-z0-9_]{0,19}")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "figcaption"),
    *("figure", "h2", "h3", "h4", "h5", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s", "small", "span"),
    *("strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
_HTML_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
_OWN_PICTURE = re.compile(r"/media/[A-Za-z0-9_./?=&-]+")


class BadProduct(errors.Invalid):
    message = "The product cannot be kept like this."


@dataclass
class _Problems:
    """What is wrong, field by field."""

    found: list[dict[str, str]] = field(default_factory=list)

    def add(self, field: str, problem: str, type: str = "value") -> None:
        self.found.append({"field": field, "problem": problem, "type": type})

    def take(self, error: errors.MallError) -> None:
        self.add(str(error.details.get("field", "")), str(error), error.code)

    def raise_any(self) -> None:
        if self.found:
            first = self.found[0]
            raise BadProduct(first["problem"], field=first["field"], fields=self.found[:50])


def prepared(given: Content, template: Template, *, before: Content | None) -> Content:
    """`given` as it is kept, its SKUs with the ids that they had `before`; new ones have none. Raises BadProduct."""
    problems = _Problems()
    name = _texts(problems, given.name, "name", LONGEST_NAME)
    options, skus = _matrix(problems, given, template)
    content = replace(
        given,
        name=name,
        slug=given.slug or texts.slug(name),
        summary=_texts(problems, given.summary, "summary", LONGEST_SUMMARY, required=False),
        description={
            locale: clean
            for locale, text in _texts(
                problems, given.description, "description", LONGEST_DESCRIPTION, required=False, lines=True
            ).items()
            if (clean := sanitised(text))
        },
        attributes={
            code: value.strip() if isinstance(value, str) else value for code, value in given.attributes.items()
        },
        options=options,
        skus=tuple(_identified(skus, () if before is None else before.skus)),
        tags=tuple(dict.fromkeys(tag.strip() for tag in given.tags if tag.strip())),
    )
    for path, problem, type in _attribute_problems(content.attributes, template, complete=False):
        problems.add(path, problem, type)
    _check_rest(problems, content)
    problems.raise_any()
    return content


def check_complete(content: Content, template: Template) -> None:
    """Raise BadProduct where something is missing without which nothing can be sold."""
    problems = _Problems()
    for path, problem, type in _attribute_problems(content.attributes, template, complete=True):
        problems.add(path, problem, type)
    if not content.skus:
        problems.add("skus", "A product has at least one SKU.", "missing")
    problems.raise_any()


def sanitised(html: str) -> str:
    """`html` with nothing in it but text, its structure and the mall's own pictures."""
    import nh3  # noqa: PLC0415  (only what merchants write has to be cleaned)

    def kept(element: str, attribute: str, value: str) -> str | None:
        if (element, attribute) == ("img", "src"):
            return value if _OWN_PICTURE.fullmatch(value) and ".." not in value else None
        return value

    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_HTML_ATTRIBUTES,
        attribute_filter=kept,
        url_schemes={"https", "mailto", "tel"},
        link_rel="nofollow noopener noreferrer",
    ).strip()


def _texts(
    problems: _Problems, given: texts.Texts, at: str, most: int, *, required: bool = True, lines: bool = False
) -> dict[str, str]:
    try:
        return texts.checked(given, at, most=most, required=required, lines=lines)
    except texts.NotAText as error:
        problems.take(error)
        return {}


def _attribute_problems(
    attributes: Mapping[str, Any], template: Template, *, complete: bool
) -> Iterator[tuple[str, str, str]]:
    import jsonschema  # type: ignore[import-untyped]  # noqa: PLC0415  (only what merchants write has to be checked)

    for code, value in attributes.items():
        if isinstance(value, int | float) and not abs(value) <= _MOST_NUMBER:
            yield f"attributes.{code}", "This is no number that can be kept.", "maximum"
            return
    found = jsonschema.Draft202012Validator(template.schema(complete=complete)).iter_errors(dict(attributes))
    for error in sorted(found, key=lambda error: [str(part) for part in error.absolute_path]):
        path = ".".join(["attributes", *(str(part) for part in error.absolute_path)])
        match error.validator:
            case "required":
                stated = template.stated
                for code in error.validator_value:
                    if code not in attributes and f"'{code}'" in error.message:
                        yield f"{path}.{code}", f"'{texts.pick(stated[code].name)}' is missing.", "missing"
            case "additionalProperties":
                for code in attributes.keys() - template.stated.keys():
                    yield f"{path}.{code}", "The category has no such attribute.", "unknown"
            case _:
                yield path, _said(error), str(error.validator)


def _said(error: Any) -> str:
    said = _SAID.get(error.validator, "This is not what the category asks for.")
    return said.format(error.validator_value)


_SAID = {
    "enum": "This is none of the values that the category allows.",
    "type": "This has to be of the type {}.",
    "pattern": "This is not in the form that the category asks for.",
    "minimum": "The least is {}.",
    "maximum": "The most is {}.",
    "minLength": "This is empty.",
    "minItems": "This is empty.",
    "maxLength": "This has more than {} characters.",
    "uniqueItems": "A value is given twice.",
}


def _matrix(problems: _Problems, given: Content, template: Template) -> tuple[tuple[Option, ...], tuple[Sku, ...]]:
    """The options and SKUs, with option values by their codes."""
    if len(given.skus) > MOST_SKUS:
        problems.add("skus", f"A product has at most {MOST_SKUS} SKUs.", "too_many")
        return (), ()
    named = {option.code: option for option in given.options}
    codes = list(named) or list(dict.fromkeys(code for sku in given.skus for code in sku.options))
    if len(given.options) > len(named) or len(codes) > MOST_OPTIONS:
        problems.add("options", f"A product has at most {MOST_OPTIONS} options, each once.", "too_many")
        return (), ()
    known = template.options
    for number, code in enumerate(codes):
        if code not in known:
            problems.add(f"options.{number}.code", f"The category has no '{code}' that makes SKUs.", "unknown")
    locale = texts.DEFAULT if texts.DEFAULT in given.name else "en"
    makers = {code: _Maker(known[code], named.get(code), locale) for code in codes if code in known}
    skus, choices = [], dict[Any, int]()
    for number, sku in enumerate(given.skus):
        made = _chosen(problems, f"skus.{number}.options", sku, codes, makers)
        clean = replace(sku, options=made, code=sku.code.strip())
        if len(made) == len(codes) and choices.setdefault(clean.choice, number) != number:
            same = choices[clean.choice] + 1
            problems.add(f"skus.{number}.options", f"This is the same SKU as number {same}.", "repeated")
        skus.append(clean)
    for number, maker in enumerate(makers.values()):
        if len(maker.used) > MOST_OPTION_VALUES:
            problems.add(f"options.{number}", f"An option has at most {MOST_OPTION_VALUES} values.", "too_many")
    return tuple(makers[code].option() for code in codes if code in makers), tuple(skus)


def _chosen(problems: _Problems, at: str, sku: Sku, codes: list[str], makers: Mapping[str, "_Maker"]) -> dict[str, str]:
    """The values that a SKU has, by option and in the options' order."""
    made = {}
    for code in sku.options.keys() - set(codes):
        problems.add(f"{at}.{code}", "The product has no such option.", "unknown")
    for code in codes:
        if code not in sku.options:
            problems.add(f"{at}.{code}", "Each SKU has a value of each option.", "missing")
        elif code in makers:
            value = makers[code].take(sku.options[code])
            if value is None:
                problems.add(f"{at}.{code}", "This is none of the values of the option.", "enum")
            else:
                made[code] = value
    return made


class _Maker:
    """One option of a product: which values it may have, and which its SKUs do have."""

    def __init__(self, attribute: Attribute, given: Option | None, locale: str) -> None:
        self._attribute, self._given, self._locale = attribute, given, locale
        # The merchant's own values come first, in the merchant's order.
        own = given.values if given is not None and attribute.open else ()
        names = {value.code: value.name for value in (*attribute.values, *own) if value.name}
        order = [value.code for value in (given.values if given is not None else ())]
        order += [value.code for value in attribute.values]
        self._names, self._order = names, {code: place for place, code in reversed(list(enumerate(order)))}
        self.used: dict[str, Value] = {}

    def take(self, given: str) -> str | None:
        """The code of the value that goes by this code or name."""
        text = given.strip()
        code = self._attribute.code_of(text)
        if code is None and self._attribute.open and self._given is not None:
            code = next(
                (value.code for value in self._given.values if text in {value.code, *value.name.values()}), None
            )
        if code is None and self._attribute.open and VALUE_CODE.fullmatch(text):
            code = text
        if code is not None:
            self.used.setdefault(code, Value(code, dict(self._names.get(code) or {self._locale: code})))
        return code

    def option(self) -> Option:
        """The option with the values that are used."""
        name = dict(self._given.name) if self._given is not None and self._given.name else dict(self._attribute.name)
        last = len(self._order)
        values = sorted(self.used.values(), key=lambda value: self._order.get(value.code, last))
        return Option(self._attribute.code, name, tuple(values))


def _identified(skus: Iterable[Sku], before: Iterable[Sku]) -> Iterator[Sku]:
    """The SKUs with the ids that they had: found by id, by the merchant's code, or by their choice of options."""
    left = {sku.id: sku for sku in before}

    def known(sku: Sku) -> str:
        if sku.id in left:
            return sku.id
        by_code = (other.id for other in left.values() if sku.code and other.code == sku.code)
        by_choice = (
            other.id
            for other in left.values()
            if other.choice == sku.choice and (not sku.code or not other.code or sku.code == other.code)
        )
        return next(by_code, "") or next(by_choice, "")

    for sku in skus:
        id = known(sku)
        left.pop(id, None)
        yield replace(sku, id=id)


def _check_rest(problems: _Problems, content: Content) -> None:
    if content.slug and (len(content.slug) > 80 or not _SLUG.fullmatch(content.slug)):
        problems.add("slug", "A name in addresses has lower-case letters, digits and single hyphens.", "pattern")
    if content.external_id and not _CODE.fullmatch(content.external_id):
        problems.add("external_id", "A code has 1 to 64 characters.", "pattern")
    if content.gender_affinity not in {"", "F", "M"}:
        problems.add("gender_affinity", "This is F, M or nothing.", "enum")
    start, end = content.on_sale_from, content.on_sale_until
    for name, moment in (("on_sale_from", start), ("on_sale_until", end)):
        if moment is not None and moment.tzinfo is None:
            problems.add(name, "A time says where in the world it is that time.", "timezone")
            return
    if start is not None and end is not None and start >= end:
        problems.add("on_sale_until", "The end is after the beginning.", "order")
    for name, listed, most in (
        ("pictures", content.pictures, MOST_PICTURES),
        ("labels", content.labels, MOST_LABELS),
        ("tags", content.tags, MOST_TAGS),
    ):
        if len(listed) > most or len(set(listed)) < len(listed):
            problems.add(name, f"There are at most {most}, each once.", "too_many")
    for number, picture in enumerate(content.pictures):
        if not _PICTURE.fullmatch(picture):
            problems.add(f"pictures.{number}", "This is not a picture's id.", "pattern")
    for number, tag in enumerate(content.tags):
        if len(tag) > 30 or not tag.isprintable():
            problems.add(f"tags.{number}", "A tag has at most 30 characters.", "pattern")
    _check_skus(problems, content.skus)


def _check_special_prices(problems: _Problems, sku: Sku, at: str) -> None:
    """Tiers rise in quantity and fall in price; nobody is asked for more than anybody else."""
    quantity, price = 1, sku.price
    if len(sku.tiers) > MOST_SPECIAL_PRICES or len(sku.member_prices) > MOST_SPECIAL_PRICES:
        problems.add(at, f"A SKU has at most {MOST_SPECIAL_PRICES} tiers and as many member prices.", "too_many")
        return
    for number, tier in enumerate(sku.tiers):
        if not (quantity < tier.quantity <= MOST_STOCK and _within(tier.price, price)):
            problems.add(f"{at}.tiers.{number}", "Each tier is of more, for less, than the one before.", "order")
            return
        quantity, price = tier.quantity, tier.price
    for level, special in sku.member_prices.items():
        if not _LEVEL.fullmatch(level) or not _within(special, sku.price):
            problems.add(f"{at}.member_prices.{level[:20]}", "Members of a level pay the price at most.", "maximum")


def _within(special: Money, price: Money) -> bool:
    return special.currency == price.currency and 0 < special.cents <= price.cents


def _check_skus(problems: _Problems, skus: tuple[Sku, ...]) -> None:
    codes: dict[str, int] = {}
    for number, sku in enumerate(skus):
        at = f"skus.{number}"
        try:
            check_price(sku.price, sku.list_price, at)
        except BadPrice as error:
            problems.take(error)
        _check_special_prices(problems, sku, at)
        if sku.price.currency != skus[0].price.currency:
            problems.add(f"{at}.price", "All SKUs of a product have one currency.", "currency")
        if sku.code and not _CODE.fullmatch(sku.code):
            problems.add(f"{at}.code", "A code has 1 to 64 characters.", "pattern")
        if sku.code and codes.setdefault(sku.code, number) != number:
            problems.add(f"{at}.code", f"SKU number {codes[sku.code] + 1} has the same code.", "repeated")
        if sku.barcode and not _BARCODE.fullmatch(sku.barcode):
            problems.add(f"{at}.barcode", "A barcode has 4 to 32 letters, digits and hyphens.", "pattern")
        if sku.weight_g is not None and not 0 <= sku.weight_g <= HEAVIEST_G:
            problems.add(f"{at}.weight_g", "This is not a weight.", "maximum")
        if sku.picture_id and not _PICTURE.fullmatch(sku.picture_id):
            problems.add(f"{at}.picture_id", "This is not a picture's id.", "pattern")
        if sku.stock is not None and not 0 <= sku.stock <= MOST_STOCK:
            problems.add(f"{at}.stock", "This is not a number of things.", "maximum")
