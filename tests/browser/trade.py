"""Orders, payments and the wallet as the API has them, for the storefront's tests: in memory, in the API's shapes."""

import hashlib
import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from tests.browser.carts import Carts, yuan
from tests.browser.fixtures import Catalogue
from tests.browser.people import NOW, People, Refused, Reply, Request

PAYMENT_PASSWORD = "802571"
# What a buyer may do with an order of each status; the shapes are those of `mall.orders.schemas`.
ACTS = ("cancel", "withdraw_cancel", "postpone_pay", "modify_address", "postpone_delivery", "postpone_receipt",
        "confirm_receipt", "request_invoice", "buy_again", "delete")  # fmt: skip
ALLOWED = {
    "pending_payment": {"cancel", "modify_address", "postpone_pay"},
    "paid": {"cancel", "modify_address", "postpone_delivery", "request_invoice"},
    "cancelling": {"withdraw_cancel"}, "cancelled": {"delete"}, "shipped": {"postpone_receipt", "confirm_receipt"},
    "partially_shipped": set(), "completed": {"request_invoice", "delete"}, "closed": {"delete"},
}  # fmt: skip
REASON = {"pending_payment": "not_paid", "paid": "not_shipped"}
_KEPT = {"recipient", "phone", "country", "division", "region", "city", "district", "lines", "postal_code", "written"}
DUE = {"pending_payment": "pay", "cancelling": "agree", "paid": "ship", "shipped": "receipt", "completed": "aftersale"}


class Trade:
    """One buyer's trades, orders, payments and wallet."""

    def __init__(self, shop: Catalogue, people: People) -> None:
        self.carts = Carts(shop, people)
        self._people = people
        self.address = ""
        self.reset()

    def reset(self) -> None:
        """As in the beginning: nothing was bought."""
        self.carts.reset()
        self._numbers = itertools.count(1)
        self.orders: list[dict[str, Any]] = []
        self.trades: dict[str, dict[str, Any]] = {}
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, list[dict[str, Any]]] = {}
        self.invoices: dict[str, dict[str, Any]] = {}
        self._placed: dict[str, tuple[str, str]] = {}
        self.placing_turns = 1
        """How often a trade is asked for before its payment is open."""
        self.why_cancelled: str | None = None
        """Why the next trade is cancelled instead."""
        self.pays_at_once = True
        """Whether the page of the sandbox has been paid when the buyer comes back."""
        self.balance, self.password_set = 0, True
        self.entries: list[dict[str, Any]] = []
        self.deadline = timedelta(minutes=30)
        self.channels = [{"channel": "sandbox", "methods": ["page", "qr"]}]

    def answer(self, request: Request) -> Reply | None:
        """The answer, None for what is not about buying."""
        if request.path == "/api/payments/channels":
            return Reply(200, {"items": self.channels})
        if reply := self.carts.answer(request):
            return reply
        path = request.path.removeprefix("/api/").split("/")
        if path[0] in ("orders", "trades", "payments", "wallet") and not request.who:
            raise Refused(401, "Unauthenticated")
        return getattr(self, f"_{path[0]}", lambda *_: None)(request, path[1:])

    # ── Orders ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _orders(self, request: Request, path: list[str]) -> Reply | None:
        match request.method, path:
            case "POST", []:
                return self._place(request)
            case "GET", []:
                wanted = request.lists.get("status", [])
                rows = [order for order in self.orders if not wanted or order["status"] in wanted]
                begin, limit = int(request.query.get("after") or 0), int(request.query.get("limit", 20))
                following = str(begin + limit) if len(rows) > begin + limit else None
                return Reply(
                    200, {"items": [self.shown(one) for one in rows[begin : begin + limit]], "next": following}
                )
            case "GET", [id, "refunds"]:
                return Reply(200, {"items": self.refunds.get(id, [])})
            case _, [id, *act]:
                order = next((one for one in self.orders if one["id"] == id), None)
                if order is None:
                    raise Refused(404, "OrderNotFound")
                return self._act(request, order, act)
        return None

    def _act(self, request: Request, order: dict[str, Any], act: list[str]) -> Reply | None:
        moves = {"confirm-receipt": "completed", "withdraw-cancel": "paid"}
        match request.method, act:
            case "GET", []:
                return Reply(200, self.shown(order, detail=True))
            case "DELETE", []:
                self.orders.remove(order)
                return Reply(204)
            case "POST", ["buy-again"]:
                for line in order["lines"]:
                    self.carts.put(line["sku_id"])
                return Reply(200, {"items": [{"sku_id": line["sku_id"], "problem": None} for line in order["lines"]]})
            case "POST", ["cancel"]:
                self.move(order, "cancelling" if order["pay_status"] == "paid" else "cancelled", request.body["reason"])
            case "POST", ["postpone-delivery"]:
                if request.body["delivery_date"] <= (order["delivery_date"] or ""):
                    raise Refused(409, "Refused", details={"reason": "not_later"})
                order["delivery_date"] = request.body["delivery_date"]
            case "PUT", ["address"]:
                self._redirect(order, request.body["address_id"])
            case "POST", ["invoice"]:
                self.invoices[order["id"]] = request.body
            case "POST", [name]:
                self.move(order, moves.get(name, order["status"]))
            case _:
                return None
        return Reply(200, self.shown(order, detail=True))

    def _redirect(self, order: dict[str, Any], address_id: str) -> None:
        address = next((one for one in self._people.addresses if one["id"] == address_id), None)
        if address is None:
            raise Refused(404, "AddressNotFound")
        if "modify_address" not in ALLOWED[order["status"]]:
            raise Refused(409, "Refused", details={"reason": order["status"]})
        if order["address"] != _snapshot(address):
            order["address"] = _snapshot(address)
            event = {"at": NOW.isoformat(), "act": "modify_address", "side": "buyer", "note": "", "after": {}}
            order["events"].append(event)

    def move(self, order: dict[str, Any], status: str, note: str = "") -> None:
        """Bring an order into another status."""
        acts = {"paid": "pay", "cancelling": "cancel", "shipped": "ship", "completed": "confirm_receipt"}
        order["status"] = status
        at = {"paid": "paid_at", "shipped": "shipped_at", "completed": "completed_at"}.get(status)
        if at:
            order[at] = NOW.isoformat()
        if status == "paid":
            order["pay_status"] = "paid"
        act = acts.get(status, "finish_cancel")
        order["events"].append({"at": NOW.isoformat(), "act": act, "side": "buyer", "note": note, "after": {}})

    def shown(self, order: dict[str, Any], *, detail: bool = False) -> dict[str, Any]:
        """An OrderView."""
        status = order["status"]
        allowed = ALLOWED[status] | {"buy_again"}
        actions = [
            {
                "name": act, "allowed": act in allowed, "until": None, "message": None,
                "reason": None if act in allowed else REASON.get(status, status),
            }
            for act in ACTS
        ]  # fmt: skip
        due = (
            [{"kind": DUE[status], "due_at": (NOW + timedelta(days=3)).isoformat(), "version": 1}]
            if status in DUE
            else []
        )
        hidden = () if detail else ("address", "events", "refunds")
        return {name: value for name, value in order.items() if name not in hidden} | {
            "actions": actions,
            "deadlines": due,
        }

    def add_order(self, *skus: str, status: str = "paid", **changes: Any) -> dict[str, Any]:
        """An order of one piece of each of these variants, as it would have been placed."""
        lines = [self.carts.line(sku, {"quantity": 1, "selected": True, "saved": False}, "zh-CN") for sku in skus]
        order = self._order(lines, "trd_0", self._people.addresses[0] if self._people.addresses else None)
        way = ("paid", "shipped", "completed")
        past = {"pending_payment": 0, "shipped": 2, "completed": 3, "closed": 3}.get(status, 1)
        for step in way[:past]:
            self.move(order, step)
        order["status"] = status
        order |= changes
        self.orders.insert(0, order)
        return order

    def add_refund(self, order: dict[str, Any], state: str = "refunding") -> dict[str, Any]:
        """Everything that was paid for an order goes back."""
        amount = order["payable"]
        refund = {
            "id": f"rfd_{next(self._numbers)}", "trade_id": order["trade_id"], "order_id": order["id"],
            "amount": amount, "freight": order["freight"], "reason": "cancelled", "state": state,
            "lines": [{"line_id": line["id"], "quantity": 1, "amount": line["payable"]} for line in order["lines"]],
            "parts": [{"to": "channel", "channel": "sandbox", "amount": amount, "state": state}],
            "created_at": order["created_at"], "finished_at": None,
        }  # fmt: skip
        self.refunds.setdefault(order["id"], []).append(refund)
        order["refund_status"] = "refunding"
        return refund

    def _order(self, lines: list[dict[str, Any]], trade: str, address: dict[str, Any] | None) -> dict[str, Any]:
        merchant = self.carts.skus[lines[0]["sku_id"]][0].merchant_id
        number = next(self._numbers)
        total = sum(line["line_total"]["amount"] for line in lines)
        kept = ("product_id", "sku_id", "name", "options", "picture_id", "quantity", "unit_price")
        return {
            "id": f"ord_01KAQ3Z5J8M0T1V2W3X4Y5Z6{number:02d}A7", "trade_id": trade,
            "merchant": self.carts.merchant(merchant, "zh-CN"),
            "status": "pending_payment", "pay_status": "unpaid", "ship_status": "unshipped", "refund_status": "none",
            "lines": [
                {name: line[name] for name in kept}
                | {"id": f"lin_{n}", "shipped": 0, "discount": yuan(0), "payable": line["line_total"]}
                for n, line in enumerate(lines)
            ],
            "goods": yuan(total), "discount": yuan(0), "freight": yuan(0), "payable": yuan(total), "refunded": yuan(0),
            "note": "", "reason": None, "delivery_date": None, "overdue": False,
            "address": address and _snapshot(address),
            "events": [{"at": NOW.isoformat(), "act": "place", "side": "buyer", "note": "", "after": {}}],
            "refunds": "", "created_at": NOW.isoformat(), "paid_at": None, "shipped_at": None, "completed_at": None,
        }  # fmt: skip

    # ── Trades ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _place(self, request: Request) -> Reply:
        body, key = request.body, request.headers["idempotency-key"]
        print_ = hashlib.sha256(json.dumps({**body, "payment_password": ""}, sort_keys=True).encode()).hexdigest()
        if key in self._placed:
            if self._placed[key][1] != print_:
                raise Refused(422, "IdempotencyKeyReused")
            return Reply(202, self.trade(self._placed[key][0]))
        quote = self.carts.quote(body.get("lines") or None, request.query.get("locale", "zh-CN"))
        if quote["total"] != body["expected_total"] or not quote["can_order"]:
            change = {"kind": "total", "before": body["expected_total"], "now": quote["total"]}
            raise Refused(
                409, "CartChanged", details={"changes": [*quote["problems"], change], "total": quote["total"]}
            )
        wallet = body.get("wallet_amount", yuan(0))["amount"]
        if wallet and body.get("payment_password") != PAYMENT_PASSWORD:
            raise Refused(403, "PaymentPasswordWrong")
        address = next(one for one in self._people.addresses if one["id"] == body["address_id"])
        id = self.open_trade(quote, wallet=wallet, address=address, notes=body["notes"])
        self._placed[key] = id, print_
        if body["source"] == "cart":
            self.carts.own = {
                sku: line for sku, line in self.carts.own.items() if not line["selected"] or line["saved"]
            }
        return Reply(202, self.trade(id), {"Retry-After": "1"})

    def open_trade(
        self,
        quote: dict[str, Any],
        *,
        wallet: int = 0,
        address: dict[str, Any] | None = None,
        notes: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """A trade of what was quoted, with its orders; its id."""
        id = f"trd_{next(self._numbers)}"
        orders = [self._order(group["lines"], id, address) for group in quote["groups"]]
        for order in orders:
            order["note"] = notes.get(order["merchant"]["id"], "")
        self.orders[:0] = orders
        self.trades[id] = {
            "id": id, "stage": "placing", "reason": None, "total": quote["total"], "wallet_amount": yuan(wallet),
            "due": yuan(quote["total"]["amount"] - wallet), "intent_id": None, "created_at": NOW.isoformat(),
            "pay_deadline": (datetime.now(UTC) + self.deadline).isoformat(), "paid_at": None, "turns": 0,
            "postponed": False,
        }  # fmt: skip
        return id

    def trade(self, id: str) -> dict[str, Any]:
        """A TradeView."""
        trade = self.trades[id]
        waiting = trade["stage"] == "awaiting_payment"
        may = {"pay": waiting, "cancel": waiting, "postpone_pay": waiting and not trade["postponed"]}
        actions = [
            {"name": name, "allowed": allowed, "reason": None, "until": None, "message": None}
            for name, allowed in may.items()
        ]
        orders = [self.shown(order) for order in self.orders if order["trade_id"] == id]
        view = {name: value for name, value in trade.items() if name not in ("turns", "postponed")}
        return view | {"orders": orders, "actions": actions}

    def _trades(self, request: Request, path: list[str]) -> Reply | None:
        if path[0] not in self.trades:
            raise Refused(404, "TradeNotFound")
        trade = self.trades[path[0]]
        match request.method, path[1:]:
            case "GET", []:
                self._step(trade)
            case "POST", ["cancel"]:
                self._cancel(trade, "cancelled")
            case "POST", ["postpone"]:
                trade["postponed"] = True
                later = datetime.fromisoformat(trade["pay_deadline"]) + timedelta(hours=2)
                trade["pay_deadline"] = later.isoformat()
        placing = {"Retry-After": "1"} if trade["stage"] == "placing" else {}
        return Reply(200, self.trade(trade["id"]), placing)

    def _step(self, trade: dict[str, Any]) -> None:
        trade["turns"] += 1
        if trade["stage"] != "placing" or trade["turns"] <= self.placing_turns:
            return
        if self.why_cancelled:
            self._cancel(trade, self.why_cancelled)
            return
        trade["stage"] = "awaiting_payment"
        trade["intent_id"] = self._open("trade", trade["id"], trade["due"], trade["pay_deadline"])
        if not trade["due"]["amount"]:
            self.pay(trade["intent_id"])

    def _cancel(self, trade: dict[str, Any], reason: str) -> None:
        trade |= {"stage": "cancelled", "reason": reason}
        for order in self.orders:
            if order["trade_id"] == trade["id"]:
                self.move(order, "cancelled")

    # ── Payments and the wallet ─────────────────────────────────────────────────────────────────────────────────────

    def _open(self, purpose: str, reference: str, amount: dict[str, Any], until: str) -> str:
        id = f"pay_{next(self._numbers)}"
        self.payments[id] = {
            "id": id, "purpose": purpose, "reference": reference, "subject": "网上商城", "amount": amount,
            "refunded": yuan(0), "state": "waiting", "reason": "", "expires_at": until, "paid_at": None, "attempts": [],
        }  # fmt: skip
        return id

    def pay(self, id: str) -> None:
        """The money has come in."""
        payment = self.payments[id]
        payment |= {"state": "success", "paid_at": NOW.isoformat()}
        if payment["purpose"] == "top_up":
            self.add_entry("top_up", payment["amount"]["amount"])
            return
        self.trades[payment["reference"]] |= {"stage": "paid", "paid_at": NOW.isoformat()}
        for order in self.orders:
            if order["trade_id"] == payment["reference"]:
                self.move(order, "paid")

    def _payments(self, request: Request, path: list[str]) -> Reply | None:
        if path[0] not in self.payments:
            raise Refused(404, "PaymentNotFound")
        payment = self.payments[path[0]]
        match request.method, path[1:]:
            case "POST", ["attempts"]:
                if payment["state"] == "closed":
                    raise Refused(409, "IntentClosed", details={"reason": payment["reason"]})
                return Reply(201, self._attempt(payment, request.body))
            case "POST", ["check"]:
                if payment["attempts"] and self.pays_at_once and payment["state"] == "waiting":
                    self.pay(payment["id"])
        return Reply(200, payment)

    def _attempt(self, payment: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        qr = body["method"] == "qr"
        # The page of the provider sends the buyer back at once.
        url = "weixin://wxpay/bizpayurl?pr=AbCdEfG" if qr else f"{self.address}{body['return_path']}"
        attempt = {
            "attempt_id": f"pat_{next(self._numbers)}", "channel": body["channel"], "method": body["method"],
            "state": "pending", "action": {"kind": "qr" if qr else "redirect", "url": url},
            "expires_at": payment["expires_at"], "created_at": NOW.isoformat(),
        }  # fmt: skip
        payment["attempts"].append(attempt)
        return attempt

    def add_entry(self, kind: str, amount: int) -> None:
        """Money comes into the wallet, or goes."""
        self.balance += amount
        entry = {"id": f"ent_{len(self.entries)}", "kind": kind, "reference": "", "amount": yuan(amount)}
        self.entries.insert(0, entry | {"balance": yuan(self.balance), "at": NOW.isoformat()})

    def _wallet(self, request: Request, path: list[str]) -> Reply | None:
        match request.method, path:
            case "GET", []:
                limits = {name: yuan(2_000_000) for name in ("most_spent_a_day", "most_topped_up_a_day")}
                limits["spent_today"] = yuan(0)
                shown = {"balance": yuan(self.balance), "held": yuan(0), "password_set": self.password_set}
                return Reply(200, shown | {"limits": limits | {"highest_balance": yuan(5_000_000)}})
            case "GET", ["entries"]:
                begin, limit = int(request.query.get("after") or 0), int(request.query.get("limit", 20))
                following = str(begin + limit) if len(self.entries) > begin + limit else None
                return Reply(200, {"items": self.entries[begin : begin + limit], "next": following})
            case "POST", ["top-ups"]:
                amount = request.body["amount"]
                if amount["amount"] > 2_000_000:
                    raise Refused(409, "WalletLimitReached")
                id = self._open("top_up", "top_1", amount, (datetime.now(UTC) + self.deadline).isoformat())
                return Reply(201, self.payments[id])
            case "PUT", ["password"]:
                if request.body["password"] == "123456":
                    raise Refused(400, "WeakPaymentPassword")
                self.password_set = True
                return Reply(204)
        return None


def _snapshot(address: dict[str, Any]) -> dict[str, Any]:
    """The copy of an address that an order keeps."""
    return {name: value for name, value in address.items() if name in _KEPT}
