"""The address book: where a person wants things sent, in China and abroad, and the divisions that addresses name.

Owns the relational table `address` (by buyer), the state's divisions (`divisions.tsv`) and the list of countries
(`countries.tsv`), both read when first asked for.

Decisions that bind others:
- An address in China names the lowest division there is (a county or district, or a city without any) by its code; the
  names are stored beside it, so an old address still reads as it was written when the state changes its divisions.
- Hong Kong, Macao and Taiwan are divisions of China here, never countries.
- A person has at most 50 addresses and at most one of them is the default; the first one is.
- What an address says never reaches an event, a log line or an error's details.
"""
