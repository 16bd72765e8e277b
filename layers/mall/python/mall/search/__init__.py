"""Finding products: full text, facets, listings, suggestions, hot words (搜索).

Owns single tables on shard 0, all of which can be made again from the catalog (`python -m mall.search rebuild`), but
for sales and the counts of searches:

| table             | a row is                                                                                         |
| ----------------- | ------------------------------------------------------------------------------------------------ |
| `search_product`  | a product on sale as searches read it: its words by weight, its facets, what it is sorted by     |
| `search_card`     | how it looks in a list (`mall.catalog.cards`), and the words that spelling and suggestions know  |
| `search_place`    | that it is listed in a place: a category and those above it, a brand, a merchant, the whole mall |
| `search_facet`    | a facet's value: what it is called, and where it stands                                          |
| `search_term`     | a word or name that people may mean: for suggestions and the correction of spelling              |
| `search_sale`     | what an order bought of a product within the last month                                          |
| `search_count`    | how often something was searched for within an hour                                              |
| `search_hot_word` | the ranking made of these                                                                        |

Decisions that bind others:
- Chinese is indexed by pairs of characters, Latin words by their English stem; see `mall.search.words`.
- The index is fed by the streams of `products` and `offers`. A stream only says which product changed: the indexer
  reads the product's present state while it holds a lock on that product, so that neither order nor repetition matter.
- Rows are kept small for the query that counts facets: everything shown is in `search_card`, read for one page only.
- A shopper's own history of searches belongs to `mall.users.activity`, with which it is exported and erased.
"""
