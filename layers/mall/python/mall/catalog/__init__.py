"""catalog (商品管理, 商品分类, 产品展示): categories, brands, merchants' labels, products and their offers.

Owns the relational tables `category`, `category_attribute` and `category_revision` (shard 0), and two DynamoDB tables.
`catalog` holds the reference data, that of the tree as it is published for readers, who need no PostgreSQL:

    id                     is
    cat_…                  a category with its path and its whole attribute template, inherited parts included
    tree                   all categories in use, names and parents only, compressed
    brd_…                  a brand; brand-slug#<slug> leads to it
    labels#<merchant id>   a merchant's own labels
    job#<cjb_…>            the move or merge of a category, and how far it is

`products` holds one partition a product, so that whoever shows one asks once (`mall.catalog.parts`):

    part         is
    draft        the version that is being edited or reviewed
    head         whose product it is, how it stands, and the revision that every change of it counts on
    live         the version last approved, with its flags: what the public sees while it is on sale
    offers       what each SKU costs and how many there are; changes without review
    v#000001     what was approved as version 1

    (id = ext#<merchant id>#<external id>, part = ref leads from a merchant's own id of a product to ours)

Decisions that bind others:
- Texts that people see are maps from locale to text, see `mall.catalog.texts`.
- Prices and stock are the offers'. A document's own prices count until a SKU is first approved.
- A category is published in the order of `category_revision`: an older state never replaces a newer one.
- Products of merchants of kind `self`, and of merchants that are trusted, are approved as they are submitted.
"""
