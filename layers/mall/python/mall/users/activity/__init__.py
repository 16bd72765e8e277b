"""What a person likes, looks at and looks for: favourite products and merchants, products viewed, searches.

Owns the DynamoDB table `activity`, one partition a person:

    id                            recent                                  is
    favourite#product#<id>        favourite#product#<time>#<id>           a favourite, and when it became one
    view#<product id>             view#<time>#<product id>                the last view of a product; gone after 90 days
    search#<digest of its words>  search#<time>#<digest>                  the last time of a search; gone after 90 days
    counter#favourites            (none)                                  how many favourites there are

The local index `recent` lists each kind newest first; a view or search that is repeated moves to the front.

Decisions that bind others:
- A person has at most 2,000 favourites, counted in the transaction that adds one.
- Nothing is recorded for an account that is not in use, and no view or search for somebody who withdrew the consent
  `history`. Withdrawing it also deletes what was recorded until then.
- Favourites and views name products and merchants by id and do not copy them; whoever shows them asks the catalog.
"""
