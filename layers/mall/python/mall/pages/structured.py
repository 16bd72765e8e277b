"""What search engines read: schema.org as JSON-LD (https://schema.org, https://developers.google.com/search/docs)."""

from collections.abc import Mapping, Sequence
from typing import Any

from mall.money import Money

_AVAILABILITY = {"in_stock": "InStock", "low": "LimitedAvailability", "out": "OutOfStock"}


def website(origin: str, home: str, locale: str) -> dict[str, Any]:
    """The mall, and how to search it."""
    return {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "url": origin + home,
        "inLanguage": locale,
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{origin}{home}search/?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }


def breadcrumbs(origin: str, path: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Where a page stands."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": step["name"], "item": origin + step["href"]}
            for position, step in enumerate(path, 1)
        ],
    }


def product(
    origin: str,
    path: str,
    shown: Mapping[str, Any],
    offer: Mapping[str, Any],
    pictures: Sequence[Mapping[str, Any]],
    brand: str | None,
    seller: str,
) -> dict[str, Any]:
    """A product and what it costs."""
    lowest, highest = offer["price"]["from"], offer["price"]["to"]
    priced = {
        "@type": "AggregateOffer",
        "lowPrice": decimal(lowest),
        "highPrice": decimal(highest),
        "offerCount": len(offer["skus"]),
    }
    if lowest == highest:
        priced = {"@type": "Offer", "price": decimal(lowest)}
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": shown["name"],
        "sku": shown["id"],
        "url": origin + path,
        "offers": {
            **priced,
            "priceCurrency": lowest["currency"],
            "availability": f"https://schema.org/{_AVAILABILITY[offer['stock_state']]}",
            "url": origin + path,
            "seller": {"@type": "Organization", "name": seller},
        },
    }
    if shown["summary"]:
        found["description"] = shown["summary"]
    if pictures:
        found["image"] = [origin + picture["src"] for picture in pictures]
    if brand:
        found["brand"] = {"@type": "Brand", "name": brand}
    return found


def decimal(amount: Mapping[str, Any]) -> str:
    """An amount in units of its currency: `129.00`."""
    return str(Money(amount["amount"], amount["currency"])).partition(" ")[0]
