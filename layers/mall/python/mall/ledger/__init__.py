"""ledger (总账): the mall's books, double entry, append-only, beside the rows that the money belongs to.

Owns the relational tables `ledger_transaction` and `ledger_entry` (by buyer): whoever changes what money is about posts
what became of the money in the same transaction, on the same shard.

An entry moves an amount from the account that is credited to the one that is debited, so an unbalanced entry cannot be
written down: that all accounts of a currency add up to nothing is not checked afterwards but impossible to break.
`service.post` takes postings as accountants write them (positive: debit, negative: credit), refuses those that do not
add up to zero in each currency, and pairs debits with credits in the order in which they are given.

The balance of an account is its debits less its credits. So what the mall has (`channel:{ch}:clearing`) is positive
and what it owes (`user:{id}:wallet`, `merchant:{id}:pending`) is negative.

| account                                        | holds                                                           |
| ---------------------------------------------- | --------------------------------------------------------------- |
| `channel:{ch}:clearing`                        | money that a channel of payment has taken for us                |
| `intent:{id}`                                  | money that came in and is not assigned yet; ends at 0           |
| `user:{id}:wallet`, `user:{id}:wallet_hold`    | what a wallet can spend; what it holds for a trade              |
| `merchant:{id}:pending`                        | what a merchant will get when its orders are closed             |
| `refund:{ch}:in_transit`                       | money on its way back to buyers through a channel               |
| `platform:{what}`                              | `commission`, `marketing`, `points_liability`, `fee`, …         |
| `suspense`                                     | what somebody has to explain                                    |

Decisions that bind others:
- A transaction is unique by (slot of its user, key), and the key names the business event ("pay_…:received"). The same
  again changes nothing; other postings under the same key are refused, since one of the two would be wrong.
- Nothing here is ever changed or deleted. The trigger that lets slots move (`mall.sql.moves`) lets nobody else do it on
  these tables. What was wrong is reversed by another transaction.
- Books are kept for as long as the law asks, also after the account of the buyer was closed: entries name ids, and no
  person. So there is nothing here to erase, and `wallet` exports what a person can read of it.
- The nightly `ledger.prove_balance` proves every shard; what it finds is an alarm, never repaired by a program.
"""
