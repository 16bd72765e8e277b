"""One run of rendering: the templates, the answers that its pages share, and when it began to ask."""

from datetime import datetime

from mall.pages import sitemap, store
from mall.pages.contexts import Context, Showing
from mall.pages.model import LOCALES, Absent, File, Kind, PageId, Rendered
from mall.pages.questions import Shop
from mall.pages.templates import Templates

# What a page that is gone is answered with; a page that is shown where there is none, with 404.
_GONE, _MISSING = 410, 404


class Press:
    """Renders pages: `Press(templates.of(folder), shop, origin="https://mall.example", started=now).render(page)`."""

    def __init__(self, templates: Templates, shop: Shop, *, origin: str, started: datetime) -> None:
        self.started = started
        self.shop = shop
        self._templates, self._origin = templates, origin
        self._shared: dict[str, Context] = {}

    def render(self, page: PageId) -> Rendered:
        """The files of a page in all languages, and the tags of what they show."""
        if page.kind is Kind.SITEMAP:
            return Rendered(tuple(sitemap.files(self._origin, store.listed)))
        showings = [Showing(self.shop, page, locale, self._origin, self._share(locale)) for locale in LOCALES]
        name, status, gone = f"{page.kind}.html", _MISSING if page.kind is Kind.MISSING else 200, False
        try:
            contexts = [showing.context() for showing in showings]
        except Absent:
            contexts = [showing.common() | {"indexed": False} for showing in showings]
            name, status, gone = "gone.html", _GONE, True
        files = tuple(
            File(page.path(locale), self._templates.render(name, locale, context).encode(), status=status)
            for locale, context in zip(LOCALES, contexts, strict=True)
        )
        tags = frozenset[str]() if gone else frozenset[str]().union(*(showing.tags for showing in showings))
        return Rendered(files, tags, gone=gone)

    def _share(self, locale: str) -> Context:
        if locale not in self._shared:
            shared = Showing(self.shop, PageId(Kind.HOME), locale, self._origin).shared()
            # With some hundred categories it is a third of a page's rendering.
            self._shared[locale] = shared | {"menu_list": self._templates.part("parts/menu.html", locale, shared)}
        return self._shared[locale]
