// What is being paid: a trade, or a top-up of the wallet, which the address names. One view of both.
import { own, sendOwn } from "./session.js";
import { locale } from "./page.js";

const given = new URLSearchParams(location.search);
export const tradeId = given.get("trade") ?? "";
const intent = given.get("payment") ?? "";

/** What the address names, for another page of the same. */
export const named = tradeId ? { trade: tradeId } : { payment: intent };

const STAGES = { waiting: "awaiting_payment", closed: "cancelled" };

/**
 * How it stands: `stage` (placing, awaiting_payment, paid, cancelled), `reason`, what is `due`, until when, the payment
 * (`intent`), what may be done, and after how many `seconds` to ask again.
 */
export async function read() {
  if (tradeId) {
    const { data: trade, seconds } = await sendOwn("GET", `/api/trades/${encodeURIComponent(tradeId)}`, { params: { locale } });
    return { ...trade, intent: trade.intent_id, deadline: trade.pay_deadline, seconds };
  }
  return ofTopUp(await own("GET", `/api/payments/${encodeURIComponent(intent)}`));
}

const ofTopUp = (payment) => ({ stage: STAGES[payment.state] ?? "paid", reason: payment.reason, due: payment.amount, total: payment.amount, deadline: payment.expires_at, intent: payment.id, orders: [], actions: [], seconds: 0 });

/** Have the mall ask whoever was to be paid, for who comes back before the news does. */
export const askAgain = (id) => own("POST", `/api/payments/${encodeURIComponent(id)}/check`).catch(() => null);
