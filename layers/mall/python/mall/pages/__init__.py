"""The static-page service (静态化系统): what visitors open is a file, rendered when something changed.

Owns the DynamoDB table `pages`, the pages in the site bucket, and the queues between a change and its pages:

    id                part            is
    page#<page>       page            what is published at the page's addresses, which tags it shows, who renders it now
    tag#<tag>         <page>          that the page shows the tagged thing
    tag#<tag>         #changed        when the thing last changed; gone after a day
    rebuild#<id>      rebuild         how far a rebuild of all pages has come

    publish(pages)       render them soon: one message each, none for a page that is about to be rendered anyway
    invalidate(tags)     the same for every page that shows one of the things
    status(page)         what is published, since when, and what it depends on

Decisions that bind others:
- A page is one thing in all languages (`product:prd_…`); its addresses are `/p/<id>/` in Chinese and `/en/p/<id>/`.
- What a page shows is collected while it is rendered. A page writes down its tags before it looks at when they last
  changed, a change writes down its time before it looks for pages, so one of the two always sees the other.
- One renders a page at a time (a lease longer than a function may run), so an older rendering never replaces a newer.
- Each object is replaced in one piece and holds everything its reader needs; the bucket keeps former versions.
- A page whose thing is gone stays as an object that says so and is answered with 410, so its address is never empty.
- Anything that changes with a visitor, or faster than a page may, is fetched by the page as JSON. Pages about the
  visitor (`model.PERSONAL`: account, cart, checkout, orders, …) are the same file for everybody.
"""
