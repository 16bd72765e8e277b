"""Products: what merchants write about what they sell, how it is reviewed, and when it is on sale.

`content` is what a merchant writes, `model` the life of a product, `preparing` how content becomes a draft (form,
template, sanitising), `differences` what a reviewer is shown, `documents` how it is all kept.

    (new) ─put─▶ draft ─submit─▶ in_review ─approve─▶ approved ─▶ on_sale ⇄ off_sale
                   ▲                 │ refuse             (at `on_sale_from`)
                   └──────put────────┴─▶ refused

A product that is live and is edited has both: what is live stays on sale while the draft is reviewed.
"""
