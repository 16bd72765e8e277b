// How much is in the cart, in the header of every page: as it was last seen in this browser, so that nobody is asked.
import { keep, kept } from "./kept.js";
import { byId, t } from "./page.js";

const KEY = "cart-count";
const MOST = 99;

/** Show how much there is, here and in every other tab. */
export function showCount(count) {
  keep(KEY, count ? String(count) : null);
  draw(count);
}

function draw(count) {
  const badge = byId("cart-count");
  badge.textContent = count > MOST ? `${MOST}+` : count || "";
  byId("cart-link").setAttribute("aria-label", count ? t("nav.cart_count", { n: count }) : t("nav.cart"));
}

export function start() {
  draw(Number(kept(KEY)) || 0);
  addEventListener("storage", ({ key, newValue }) => key === KEY && draw(Number(newValue) || 0));
}
