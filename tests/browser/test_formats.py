"""How scripts write amounts, as the templates do so that a price keeps its looks, and times."""

import pytest

from infra.web import build
from mall.money import Money
from mall.pages import texts
from tests.browser.conftest import Visit

AMOUNTS = [0, 1, 99, 100, 12_900, 123_456_789]
CURRENCIES = """
    CNY USD EUR GBP JPY HKD TWD MOP KRW AUD CAD NZD SGD MYR THB IDR PHP VND INR PKR CHF SEK NOK DKK PLN CZK HUF RON TRY
    RUB UAH ILS AED SAR KWD BHD OMR JOD EGP ZAR NGN KES BRL MXN ARS CLP COP PEN XCD ISK TND
""".split()  # noqa: SIM905


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_an_amount_looks_the_same_from_both_sides(locale: str, visit: Visit) -> None:
    page = visit("/p/prd_040/" if locale == "zh-CN" else "/en/p/prd_040/")
    module = page.locator("link[rel=modulepreload][href*='/format.']").get_attribute("href")

    written = page.evaluate(
        """async ([module, amounts, currencies]) => {
            const { money } = await import(module);
            return currencies.map(currency => amounts.map(amount => money({ amount, currency })));
        }""",
        [module, AMOUNTS, CURRENCIES],
    )

    assert written == [[texts.money(Money(amount, currency), locale) for amount in AMOUNTS] for currency in CURRENCIES]


def test_a_countdown_never_shows_more_than_is_left(visit: Visit) -> None:
    left = [1_800_900, 1_800_000, 60_001, 1_999, 999, 0, -5_000, 3_723_000]

    written = visit("/en/").evaluate(
        "async ([module, left]) => { const { countdown } = await import(module); return left.map(countdown); }",
        [build.addresses()["times.js"], left],
    )

    assert written == ["30:00", "30:00", "01:00", "00:01", "00:00", "00:00", "00:00", "1:02:03"]
