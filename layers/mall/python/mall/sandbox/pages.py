"""The page on which a payment of the sandbox is paid: plain HTML, one stylesheet, no script.

It passes the Content-Security-Policy of a strict site: nothing inline, nothing from elsewhere. `form-action` names the
merchant's origin as well, since browsers hold a form's redirect to it.
"""

from datetime import datetime
from html import escape
from urllib.parse import urlsplit

from mall.sandbox.model import Payment, Status

ZH, EN = "zh-CN", "en"
# From the page's own address, `…/pay/{payment_id}`.
_STYLE = "../style"

_TEXTS = {
    ZH: {
        "title": "沙箱收银台",
        "notice": "这里没有真正的钱：这是用来试用商城的支付渠道。",
        "subject": "商品",
        "amount": "应付金额",
        "number": "商户订单号",
        "pay": "支付",
        "decline": "拒绝支付",
        "back": "返回商户",
        "other": "English",
        "missing": "没有这笔支付。",
        Status.WAITING: "等待支付",
        Status.PAID: "已支付",
        Status.FAILED: "支付未成功",
        Status.CLOSED: "支付已关闭",
    },
    EN: {
        "title": "Sandbox checkout",
        "notice": "There is no real money here: this is a way to pay for trying the shop out.",
        "subject": "For",
        "amount": "Amount due",
        "number": "Merchant's number",
        "pay": "Pay",
        "decline": "Decline",
        "back": "Back to the merchant",
        "other": "中文",
        "missing": "There is no such payment.",
        Status.WAITING: "Waiting for payment",
        Status.PAID: "Paid",
        Status.FAILED: "Payment failed",
        Status.CLOSED: "Payment closed",
    },
}

STYLE = """\
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --ground: #eef1f4; --line: #d5dae0; --act: #0a58ca; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --paper: #22262b; --ground: #15181b; --line: #3a4048; --act: #6ea8fe; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  font: 1rem/1.5 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; color: var(--ink);
  background: var(--ground); }
main { width: min(26rem, 100%); padding: 1.5rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: .75rem; }
h1 { margin: 0; font-size: 1.25rem; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
.notice { margin: .5rem 0 1rem; padding: .5rem .75rem; border: 1px dashed var(--line); border-radius: .5rem;
  font-size: .875rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0 0 1.25rem; }
dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
.amount { font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }
form { display: grid; gap: .75rem; }
button, .back { display: block; width: 100%; min-height: 2.75rem; padding: .5rem 1rem; font: inherit; font-weight: 600;
  text-align: center; text-decoration: none; border: 1px solid var(--act); border-radius: .5rem; cursor: pointer; }
.pay { color: var(--paper); background: var(--act); }
.decline, .back { color: var(--act); background: none; }
a { color: var(--act); }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
"""


def language(wanted: str | None, accepted: str) -> str:
    """The page's language: what its address asks for, or else what the browser prefers."""
    if wanted in _TEXTS:
        return str(wanted)
    for part in accepted.lower().split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith(("zh", "en")):
            return ZH if tag.startswith("zh") else EN
    return ZH


def policy(payment: Payment | None) -> str:
    """The Content-Security-Policy of a payment's page."""
    back = urlsplit(payment.return_url) if payment else None
    where = f"'self' {back.scheme}://{back.netloc}" if back else "'none'"
    return (
        f"default-src 'none'; style-src 'self'; form-action {where}; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    )


def headers(payment: Payment | None) -> dict[str, str]:
    """What goes with a page."""
    return {"Content_Security_Policy": policy(payment), "Referrer_Policy": "no-referrer"}


def checkout(payment: Payment, locale: str, at: datetime) -> str:
    """The page of a payment, with its two buttons for as long as it waits."""
    texts, status = _TEXTS[locale], payment.standing(at)
    if status is Status.WAITING:
        act = (
            f'<form method="post" action="?locale={locale}">'
            f'<button class="pay" name="decision" value="pay">{texts["pay"]}</button>'
            f'<button class="decline" name="decision" value="decline">{texts["decline"]}</button></form>'
        )
    else:
        act = f'<a class="back" href="{escape(payment.return_url)}">{texts["back"]}</a>'
    rows = (
        (texts["amount"], f'<dd class="amount">{escape(str(payment.amount))}</dd>'),
        (texts["subject"], f"<dd>{escape(payment.subject)}</dd>"),
        (texts["number"], f"<dd>{escape(payment.out_trade_no)}</dd>"),
    )
    facts = "".join(f"<dt>{name}</dt>{value}" for name, value in rows)
    return _page(locale, f'<p role="status">{texts[status]}</p><dl>{facts}</dl>{act}')


def missing(locale: str) -> str:
    """The page of a payment that there is not."""
    return _page(locale, f'<p role="alert">{_TEXTS[locale]["missing"]}</p>')


def _page(locale: str, content: str) -> str:
    texts, other = _TEXTS[locale], EN if locale == ZH else ZH
    return (
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<title>{texts["title"]}</title><link rel="stylesheet" href="{_STYLE}"></head><body><main>'
        f'<header><h1>{texts["title"]}</h1><a href="?locale={other}" lang="{other}" hreflang="{other}">'
        f'{texts["other"]}</a></header><p class="notice">{texts["notice"]}</p>{content}</main></body></html>'
    )
