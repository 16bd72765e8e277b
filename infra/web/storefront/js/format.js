// Amounts, numbers and days as readers of the page's language write them; `mall.pages` writes the same.
import { locale } from "./page.js";

const currencies = new Map();

function currency(code) {
  if (!currencies.has(code)) currencies.set(code, new Intl.NumberFormat(locale, { style: "currency", currency: code }));
  return currencies.get(code);
}

/** How many minor units a unit has: 100 分 are 1 元. */
export const minorUnits = (code) => 10 ** currency(code).resolvedOptions().maximumFractionDigits;

/** `{ amount: 12900, currency: "CNY" }` → "¥129.00". */
export const money = ({ amount, currency: code }) => currency(code).format(amount / minorUnits(code));

const whole = new Intl.NumberFormat(locale);
export const number = (value) => whole.format(value);

const days = new Intl.DateTimeFormat(locale, { month: "long", day: "numeric", weekday: "short", timeZone: "UTC" });
/** "2026-11-26" → "11月26日周四". */
export const day = (date) => days.format(new Date(`${date.slice(0, 10)}T00:00:00Z`));
