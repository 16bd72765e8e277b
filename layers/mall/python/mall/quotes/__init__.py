"""quotes (报价): what somebody would pay for what they want, worked out one way for carts, checkouts and orders.

Owns no data: a quote is a pure function (`pipeline.quote`) of items as they are now and of facts that other subsystems
state about them. Nothing of it is kept, so a quote that nobody orders costs nothing.

Decisions that bind others:
- The steps are declared in `pipeline.PIPELINE`: item price → merchant level → platform level → points → freight →
  waiver. A new subsystem states facts (`model.Facts`: special prices, reductions, freight); it does not change a step.
- A threshold counts what the earlier steps, and earlier reductions of the same step, left of the eligible lines.
- A reduction over lines of several merchants is divided over all its lines in one go, by largest remainder.
- Each reduction of a line is a row (`model.Discount`) that says who bears it, in both parts; rows of freight have no
  line. What a merchant asks for himself, its tiers by quantity among them, is the price, and no row.
- `goods - discount = payable` of a line; a merchant's and the whole quote's `discount` is that of their lines, and
  `freight` is what is left to pay after waivers: `goods - discount + freight = payable` (`total` of the whole).
- One quote is in one currency.
"""
