"""What whoever writes many products at once asks for once, so that it need not be asked for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mall.catalog.categories import service as categories
from mall.catalog.categories.model import Published
from mall.merchants.model import Merchant


@dataclass(frozen=True, slots=True)
class Sought:
    """The merchant, which of their products there are by external id, and which of the pictures can be shown.

    It is as good as the moment at which it was asked for: it serves one batch and is not kept.
    """

    merchant: Merchant
    products: Mapping[str, str]
    ready: frozenset[str]
    _categories: dict[str, Published] = field(default_factory=dict)

    def category(self, category_id: str) -> Published:
        """The category, or the one into which it was merged. Raises NoSuchCategory."""
        if category_id not in self._categories:
            self._categories[category_id] = categories.current(category_id)
        return self._categories[category_id]
