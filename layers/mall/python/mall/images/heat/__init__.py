"""How often pictures are asked for, at which level of the caches they are found, and which are worth preparing for.

Owns the DynamoDB table `picture_heat`:

    id                  slot                      is
    <picture id>        m#2030-01-01T10:05        requests in those five minutes; gone after a day
    <picture id>        h#2030-01-01T10           requests in that hour; gone after two days
    level#<level>       l#2030-01-01T10           how often a level of the caches had a picture, and had not
    promoted            <picture id>              that it is hot, since and until when, and when it was last warmed
    file#<digest>       <number>                  that this part of a file of the edge's log was counted

The index `by_slot` has the pictures of a slot by their requests, the most asked for first.
"""
