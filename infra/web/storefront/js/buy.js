// Buying from a product's page: into the cart, or straight to the checkout; favourites, and what one looked at.
import { basket } from "./basket.js";
import { isFavourite, setFavourite } from "./favourites.js";
import { keepHere } from "./kept.js";
import { addresses, byId, el, t } from "./page.js";
import { own, signedIn } from "./session.js";

const MOST = 999;
// A page that somebody leaves at once was not looked at.
const LOOKED_MS = 1500;
const LEAVING_MS = 500;
const form = byId("buy");
const note = byId("buy-note");
const quantity = byId("quantity");

function say(text, ...more) {
  note.classList.toggle("wrong", !more.length && Boolean(text));
  note.replaceChildren(text, ...more);
}

const refused = (error) => ({ NotEnoughStock: () => t("buy.sold_out"), NotOnSale: () => t("buy.out"), LineFull: () => t("buy.limit"), CartFull: () => t("buy.cart_full") })[error.code]?.() ?? t("buy.failed");

/** Buy what `wanted` names; it answers with the variant, or says what is still to be chosen and answers null. */
function buyFrom(product, wanted) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sku = wanted();
    if (!sku) return;
    const line = { product_id: product, sku_id: sku, quantity: quantity.valueAsNumber };
    if (event.submitter?.value === "now") {
      keepHere("buy-now", JSON.stringify([line]));
      location.assign(addresses.own("checkout", { buy: "now" }));
      return;
    }
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    try {
      await basket("POST", "/lines", line);
      say(t("buy.added"), el("a", { href: addresses.own("cart") }, t("buy.to_cart")));
    } catch (error) {
      say(refused(error));
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
  for (const step of form.querySelectorAll("[data-step]")) {
    step.addEventListener("click", () => {
      quantity.value = Math.min(MOST, Math.max(1, (quantity.valueAsNumber || 1) + Number(step.dataset.step)));
    });
  }
}

function favourite(product) {
  const button = byId("favourite");
  const show = (on) => {
    button.setAttribute("aria-pressed", String(on));
    button.classList.toggle("is-favourite", on);
    button.querySelector("span").textContent = on ? t("buy.is_favourite") : t("buy.favourite");
  };
  const mark = (on) => {
    show(on);
    setFavourite(product, on);
  };
  if (signedIn()) show(isFavourite(product));
  button.addEventListener("click", async () => {
    if (!signedIn()) return location.assign(addresses.own("sign-in", { next: location.pathname + location.search }));
    const on = button.getAttribute("aria-pressed") !== "true";
    mark(on);
    try {
      await own(on ? "PUT" : "DELETE", `/api/users/me/favourites/product/${product}`, { keepalive: true });
    } catch (error) {
      // A page that is being left breaks off its questions, and is gone before this goes on.
      if (!error.status) await new Promise((resolve) => setTimeout(resolve, LEAVING_MS));
      mark(!on);
      say(t("buy.failed"));
    }
  });
}

function look(product) {
  if (!signedIn()) return;
  setTimeout(() => own("PUT", `/api/users/me/views/${product}`).catch(() => {}), LOOKED_MS);
}

/** Make the page of a product one to buy from. */
export function start(product, wanted) {
  buyFrom(product, wanted);
  favourite(product);
  look(product);
  form.inert = byId("more-acts").inert = false;
}

/** Whether what is chosen can be bought at all. */
export function offerBuying(possible) {
  for (const button of form.querySelectorAll("[type=submit]")) button.disabled = !possible;
  say(possible ? "" : t("buy.out"));
}
