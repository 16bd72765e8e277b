// A product's page: price and stock as they are now, the choice of a variant, sharing, and similar products.
import { byId, locale, t } from "./page.js";
import { get } from "./api.js";
import { offerBuying, start as buy } from "./buy.js";
import { card, showPrice } from "./card.js";
import { left, variant } from "./choice.js";
import { day } from "./format.js";
import { showPicture, start } from "./gallery.js";

const FRESH_MS = 30_000;
const STATES = { in_stock: () => t("stock.in_stock"), low: () => t("stock.low"), out: () => t("stock.out") };
const page = byId("product");
const { offer, skus } = JSON.parse(byId("skus").textContent);
const form = byId("options");
const groups = form ? [...form.querySelectorAll("fieldset")] : [];
const codes = groups.map((group) => group.dataset.option);
let offers = offer.skus;
let delivery = null;
let soldOut = false;

function chosen() {
  return form ? Object.fromEntries(codes.map((code) => [code, new FormData(form).get(code)])) : {};
}

const current = () => (codes.length ? variant(skus, chosen(), codes) : skus[0]);

/** Prices and stock of the variants that the choice leaves. */
function draw() {
  const choice = chosen();
  const sku = current();
  const open = sku ? [sku] : skus.filter((one) => codes.every((code) => !choice[code] || one.options[code] === choice[code]));
  const known = (open.length ? open : skus).map(({ id }) => offers[id]).filter(Boolean);
  if (known.length) {
    const sorted = known.toSorted((one, other) => one.price.amount - other.price.amount);
    const [cheapest] = sorted;
    showPrice(byId("price"), cheapest.price, sorted.at(-1).price, cheapest.list_price);
    const state = ["in_stock", "low"].find((wanted) => known.some((one) => one.state === wanted)) ?? "out";
    byId("stock").className = `stock stock-${state}`;
    setText(byId("stock"), STATES[state]());
    drawDelivery(state !== "out");
    if ((state === "out") !== soldOut) offerBuying(!(soldOut = state === "out"));
  }
  for (const group of groups) drawOption(group, choice);
  if (form) drawNote(choice, sku);
}

function drawOption(group, choice) {
  const code = group.dataset.option;
  group.querySelector(".option-chosen").textContent = group.querySelector(":checked")?.nextElementSibling?.parentElement.textContent.trim() ?? "";
  for (const box of group.querySelectorAll("input")) {
    const some = left(skus, choice, code, box.value).some(({ id }) => offers[id] && offers[id].state !== "out");
    box.parentElement.classList.toggle("is-out", !some);
  }
}

function drawNote(choice, sku) {
  const missing = groups.find((group) => !choice[group.dataset.option]);
  byId("choice-note").classList.toggle("wrong", Boolean(missing) && byId("choice-note").classList.contains("wrong"));
  const note = missing ? t("product.choose", { name: missing.querySelector("legend").firstChild.textContent }) : sku ? "" : t("product.no_such");
  setText(byId("choice-note"), note);
}

function drawDelivery(possible) {
  const place = byId("delivery");
  place.hidden = !(delivery && possible);
  if (place.hidden) return;
  const from = day(delivery.from);
  const to = day(delivery.to);
  setText(place.querySelector("dd"), from === to ? t("delivery.on", { from }) : t("delivery.between", { from, to }));
}

/** Change a text only where it differs, so that screen readers say it once. */
function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

async function refresh() {
  if (document.hidden) return;
  try {
    const now = await get(`/api/products/${page.dataset.id}/offer`);
    offers = Object.fromEntries(now.skus.map((sku) => [sku.sku_id, sku]));
    delivery = now.delivery;
    draw();
  } catch {
    // What came with the page stays.
  }
}

function choose() {
  const sku = current();
  if (sku?.picture_id) showPicture(sku.picture_id);
  const address = new URL(location.href);
  if (sku) address.searchParams.set("sku", sku.id);
  else address.searchParams.delete("sku");
  history.replaceState(null, "", address);
  draw();
}

/** The variant that the address names, or the only one. */
function chooseGiven() {
  const wanted = new URLSearchParams(location.search).get("sku");
  const given = skus.find(({ id }) => id === wanted) ?? (skus.length === 1 ? skus[0] : null);
  for (const code of given ? codes : []) {
    const box = form.querySelector(`input[name="${CSS.escape(code)}"][value="${CSS.escape(given.options[code])}"]`);
    if (box) box.checked = true;
  }
  if (wanted && given?.picture_id) showPicture(given.picture_id);
}

/** The variant to buy; while one is still to be chosen, the first of what is missing has the focus. */
function wanted() {
  const sku = current();
  if (sku) return sku.id;
  const choice = chosen();
  const missing = groups.find((group) => !choice[group.dataset.option]) ?? groups[0];
  byId("choice-note").classList.add("wrong");
  missing.querySelector("input").focus();
  missing.scrollIntoView({ block: "center" });
  return null;
}

async function share() {
  const address = document.querySelector("link[rel=canonical]")?.href ?? location.href;
  if (navigator.share) {
    await navigator.share({ title: document.title, url: address }).catch(() => {});
    return;
  }
  await navigator.clipboard.writeText(address);
  const label = byId("share").querySelector("span");
  label.setAttribute("role", "status");
  label.textContent = t("product.copied");
  setTimeout(() => (label.textContent = t("product.share")), 2500);
}

/** Similar products are brought when the reader comes near them. */
function watchSimilar() {
  const section = byId("recommendations");
  const near = new IntersectionObserver(
    async ([seen]) => {
      if (!seen.isIntersecting) return;
      near.disconnect();
      try {
        const found = await get(`/api/categories/${page.dataset.category}/products`, { locale, limit: 13 });
        const others = found.items.filter(({ id }) => id !== page.dataset.id).slice(0, 12);
        section.querySelector("ul").replaceChildren(...others.map(card));
        section.hidden = !others.length;
      } catch {
        section.hidden = true;
      }
    },
    { rootMargin: "600px" },
  );
  near.observe(section);
}

start();
chooseGiven();
draw();
watchSimilar();
buy(page.dataset.id, wanted);
form?.addEventListener("change", choose);
byId("share").addEventListener("click", share);
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, FRESH_MS);
await refresh();
