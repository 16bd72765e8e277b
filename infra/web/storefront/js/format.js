// Amounts, numbers and days as readers of the page's language write them; `mall.pages` writes the same.
import { locale } from "./page.js";

// Digits after the decimal point where they are not two, as `mall.money` counts them. Browsers write some amounts in
// fewer, which would make another amount of what the mall counts in minor units.
const DIGITS = { BHD: 3, CLP: 0, ISK: 0, JOD: 3, JPY: 0, KRW: 0, KWD: 3, OMR: 3, TND: 3, VND: 0 };
const currencies = new Map();

function currency(code) {
  if (!currencies.has(code)) {
    const digits = DIGITS[code] ?? 2;
    const options = { style: "currency", currency: code, minimumFractionDigits: digits, maximumFractionDigits: digits };
    currencies.set(code, new Intl.NumberFormat(locale, options));
  }
  return currencies.get(code);
}

/** How many minor units a unit has: 100 分 are 1 元. */
export const minorUnits = (code) => 10 ** (DIGITS[code] ?? 2);

/** `{ amount: 12900, currency: "CNY" }` → "¥129.00". */
export const money = ({ amount, currency: code }) => currency(code).format(amount / minorUnits(code));

const whole = new Intl.NumberFormat(locale);
export const number = (value) => whole.format(value);

const days = new Intl.DateTimeFormat(locale, { month: "long", day: "numeric", weekday: "short", timeZone: "UTC" });
/** "2026-11-26" → "11月26日周四". */
export const day = (date) => days.format(new Date(`${date.slice(0, 10)}T00:00:00Z`));
