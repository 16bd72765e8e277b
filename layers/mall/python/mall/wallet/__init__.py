"""wallet (钱包): the money that people keep with the mall, to pay with and to get refunds into.

Owns the relational tables `wallet`, `wallet_hold` and `wallet_entry` (by buyer). A wallet comes into being with its
first credit or password; until then it is empty.

`balance` is what can be spent, `held` what is set aside for trades that are not paid yet; both are never below zero,
which the database itself holds. They change together with the ledger's accounts `user:{id}:wallet` and
`user:{id}:wallet_hold`, in one transaction:

| act       | wallet                 | ledger                                                                  |
| --------- | ---------------------- | ----------------------------------------------------------------------- |
| `credit`  | balance up             | `from_account` → wallet; without one, the caller posts that itself      |
| `hold`    | balance down, held up  | wallet → wallet_hold                                                    |
| `release` | held down, balance up  | wallet_hold → wallet                                                    |
| `capture` | held down              | wallet_hold → merchants: the caller posts it, in the same transaction   |

Decisions that bind others:
- A wallet has one currency, that of the mall (CNY).
- There is one hold a trade. A trade whose hold was released does not get another one: a buyer who tries again has a new
  trade.
- A limit refuses what somebody is about to do (top up, pay), never money that is on its way to them: a refund, or a
  top-up that was paid, is credited whatever the balance comes to.
- A payment password is six digits, so it is checked against a counter and not only against a hash: each attempt counts
  before it is looked at, and five wrong ones lock it for an hour. It is set by whoever proves once more who they are,
  by their login password or a one-time code.
- A wallet with money in it keeps an account open: `users.close_account` is refused as `WalletNotEmpty` until the money
  is spent. What still comes in for a closed account (a refund that was under way) is credited all the same, because the
  books must say that we owe it; the platform then pays it out by hand.
- What a wallet did is part of the mall's books. At the end of an account its payment password goes, and the rest, which
  names ids and no person, is kept as long as the law asks.
"""
