"""Usable with a keyboard, by ear, in the dark, and enlarged; axe-core looks for the rest."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
# Colours that are about to change are not the ones that people read.
_STILL = """() => Promise.all(
    document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => {}))
).then(() => "axe" in globalThis)"""
_RUN = """async (options) => (await axe.run(options)).violations
    .filter(({ impact }) => ["moderate", "serious", "critical"].includes(impact))
    .flatMap(({ id, impact, nodes }) => nodes.map(({ html }) => `${id} (${impact}): ${html.slice(0, 160)}`))"""


def faults(page: Page, seen: str = "") -> list[str]:
    """What axe finds that is more than minor, with where; `seen` says how the page was looked at."""
    if not page.evaluate(_STILL):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_RUN, RULES)
    return [f"{seen} {fault}".strip() for fault in found]


def faults_by_day_and_night(page: Page) -> list[str]:
    """What axe finds in both colour schemes, on one page."""
    found = faults(page, "by day:")
    page.emulate_media(color_scheme="dark")
    return found + faults(page, "in the dark:")


def test_axe_is_told_what_is_wrong(visit: Visit) -> None:
    page = visit("/en/help/delivery/")

    page.evaluate("() => document.querySelector('main').append(new Image(9, 9))")
    page.evaluate("() => { document.querySelector('main > img').src = '/icons/touch.png'; }")

    assert any(fault.startswith("by day: image-alt (critical): <img") for fault in faults_by_day_and_night(page))


def test_axe_finds_no_fault_in_what_opens(visit: Visit) -> None:
    page = visit("/en/search/?q=&attr.color=sky", phone=True)
    page.get_by_role("button", name="Filter 1").tap()
    expect(page.get_by_role("checkbox", name="Sky")).to_be_checked()
    assert faults(page) == []

    page.keyboard.press("Escape")
    page.get_by_role("button", name="Categories").tap()
    assert faults(page) == []

    page.keyboard.press("Escape")
    page.get_by_role("combobox").press_sequentially("tea")
    expect(page.get_by_role("option").first).to_be_visible()
    assert faults(page) == []


def test_the_first_stop_of_the_keyboard_skips_to_the_content(visit: Visit) -> None:
    page = visit("/en/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_the_keyboard_reaches_everything_in_the_order_that_is_seen(visit: Visit) -> None:
    page = visit("/en/c/cat_tea/")
    stops = []

    for _ in range(12):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate("(({ innerText, ariaLabel }) => (ariaLabel || innerText).trim())(document.activeElement)")
        )

    assert stops[0] == "Skip to content"
    assert stops.index("Categories") < stops.index("Search products") < stops.index("Food & Tea")


def test_what_has_the_focus_is_seen_to_have_it(visit: Visit) -> None:
    page = visit("/en/p/prd_001/")
    for _ in range(40):
        page.keyboard.press("Tab")
        marked = page.evaluate("""() => {
            const marks = (one) => one && [getComputedStyle(one)].some(
                ({ outlineStyle, boxShadow }) => outlineStyle !== "none" || boxShadow !== "none");
            const now = document.activeElement;
            return now === document.body || [now, now.parentElement, now.closest(".card, .value, .search")].some(marks);
        }""")
        assert marked, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_the_category_menu_opens_and_closes_with_the_keyboard(visit: Visit) -> None:
    page = visit("/en/", phone=True)
    button = page.get_by_role("button", name="Categories")

    button.press("Enter")
    expect(page.get_by_role("navigation", name="All categories")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("navigation", name="All categories")).to_be_hidden()
    expect(button).to_be_focused()


def test_a_page_enlarged_four_times_is_read_without_pushing_it_sideways(visit: Visit) -> None:
    # 1280 pixels at 400 % are 320 (WCAG 1.4.10).
    page = visit("/en/search/?q=", viewport={"width": 320, "height": 256})

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_targets_are_large_enough_for_a_thumb(visit: Visit) -> None:
    page = visit("/p/prd_052/", phone=True)

    small = page.evaluate("""() => [...document.querySelectorAll("button, .value, .button, .logo, .language")]
        .filter(one => one.checkVisibility() && !one.closest("[popover]"))
        .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
        .filter(([, { width, height }]) => width < 40 || height < 40)
        .map(([html]) => html)""")

    assert small == []
