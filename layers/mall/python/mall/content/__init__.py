"""What the operators write themselves (内容管理): help articles, and the banners of the home page.

Owns the DynamoDB table `content`: hash key `kind` (`article`, `banner`), range key `id` (an article's slug, a
banner's id).

Decisions that bind others:
- A text is a map of languages, at least one of them; the HTML of an article is cleaned when it is written, not when it
  is shown.
- `content.ContentChanged` tells of every change; the pages that show the thing follow it.
"""
