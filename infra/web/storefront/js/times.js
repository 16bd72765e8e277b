// Moments and spans as readers of the page's language write them, in the time of where they are.
import { locale, t } from "./page.js";

// The mall's English writes the day before the month, as its pages do.
const written = locale === "en" ? "en-GB" : locale;
const stamps = new Intl.DateTimeFormat(written, { dateStyle: "medium", timeStyle: "short" });
const dates = new Intl.DateTimeFormat(written, { dateStyle: "long" });

/** "2030-01-05T12:00:00Z" → "2030年1月5日 20:00". */
export const moment = (iso) => stamps.format(new Date(iso));

/** The day of a moment: "2030年1月5日". */
export const dateOf = (iso) => dates.format(new Date(iso));

const two = (value) => String(value).padStart(2, "0");

/** What is left of a time, never more than there is: "14:59", "1:02:03", and whole days before it. */
export function countdown(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [days, hours, rest] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`];
  if (days) return t("time.days", { n: days, rest: `${two(hours)}:${rest}` });
  return hours ? `${hours}:${rest}` : rest;
}

/** A wait in words: "45 秒", "3 分钟". */
export const minutes = (seconds) => (seconds < 90 ? t("time.seconds", { n: Math.ceil(seconds) }) : t("time.minutes", { n: Math.ceil(seconds / 60) }));
