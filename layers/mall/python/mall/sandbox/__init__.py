"""sandbox (沙箱支付): a provider of payments in which no money moves, to try the mall with, and to break it.

It is another company: it knows nothing of the mall, not even its ids, and the mall knows nothing of it but its API. It
has merchants, who share a key with it; hosted pages on which people pay; callbacks that it signs and repeats until
somebody answers "success"; refunds; a bill a day. Switches make it do what providers do at their worst.

Owns the DynamoDB table `sandbox` and the queue of callbacks. It works only where it is switched on (`MALL_SANDBOX`);
everywhere else, each of its operations answers that there is no such thing.

The protocol, all signatures HMAC-SHA256 in hexadecimal under the merchant's key:
- A request has `Sandbox-Merchant`, `Sandbox-Time` (Unix seconds, five minutes off at most), `Sandbox-Nonce` and
  `Sandbox-Signature` over the lines method, path, time, nonce and the SHA-256 of the body (joined by line feeds).
- A callback has `Sandbox-Time` and `Sandbox-Signature` over the time, a line feed and the body. It is repeated along a
  ladder (`MALL_SANDBOX_LADDER`, seconds) until its receiver answers 200 and "success".
"""
