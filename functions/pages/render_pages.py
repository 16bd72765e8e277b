"""Render pages and put them where readers find them."""

from pathlib import Path
from typing import Any

from mall import queues
from mall.pages import rendering, templates
from mall.pages.shop import MallShop

TEMPLATES = Path(__file__).with_name("templates")
# Compiled before the first page is asked for.
templates.of(TEMPLATES)


def app(batch: queues.Batch, context: Any) -> queues.Batch:
    """Render the pages of a batch of messages; those that could not be rendered come again."""
    press = rendering.press(TEMPLATES, MallShop())
    return queues.take_together("pages.render_pages", batch, lambda records: rendering.render_messages(records, press))
