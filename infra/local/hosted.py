"""The page of a payment provider, used as a browser does: its form is read from the page and posted."""

from html.parser import HTMLParser
from urllib.parse import urljoin

from infra.local.state import LocalError
from infra.local.visitor import Visitor


class HostedPage:
    """`HostedPage(visitor, url).press("pay")`: open a page and press one of its buttons."""

    def __init__(self, visitor: Visitor, url: str) -> None:
        answer = visitor.open(url)
        if answer.status_code != 200:
            raise LocalError(f"The page {url} was answered {answer.status_code}.")
        self._visitor, self.url = visitor, url
        self._forms = _Forms()
        self._forms.feed(answer.text)

    @property
    def buttons(self) -> list[str]:
        """What can be pressed."""
        return [button for form in self._forms.found for button in form.buttons]

    def press(self, button: str, **fields: str) -> str:
        """Send the form of a button (its value, or its name where it has none), with `fields` filled in.

        Returns where the browser is sent. Raises LocalError where there is no such button, or the form is refused.
        """
        form = next((form for form in self._forms.found if button in form.buttons), None)
        if form is None:
            raise LocalError(f"There is no button {button} on {self.url}, only {', '.join(self.buttons) or 'none'}.")
        name, value = form.buttons[button]
        data = form.fields | ({name: value} if name else {}) | fields
        answer = self._visitor.open(urljoin(self.url, form.action), data)
        if answer.status_code not in {200, 302, 303}:
            raise LocalError(f"The form on {self.url} was answered {answer.status_code}: {answer.text[:200]}")
        return urljoin(self.url, answer.headers.get("Location", ""))


class _Form:
    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: dict[str, str] = {}
        self.buttons: dict[str, tuple[str, str]] = {}


class _Forms(HTMLParser):
    """The forms of a page, with what their fields hold before anybody touches them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[_Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(_Form(has.get("action", "")))
        if not self.found:
            return
        form, name, kind = self.found[-1], has.get("name", ""), has.get("type", "")
        match tag:
            case "button":
                form.buttons[has.get("value") or name or "submit"] = (name, has.get("value", ""))
            case "input" if kind == "submit":
                form.buttons[has.get("value") or name or "submit"] = (name, has.get("value", ""))
            case "input" if name and (kind not in {"checkbox", "radio"} or "checked" in has):
                form.fields[name] = has.get("value", "on" if kind == "checkbox" else "")
            case "select":
                self._select = name
            case "option" if self._select and (self._select not in form.fields or "selected" in has):
                form.fields[self._select] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
