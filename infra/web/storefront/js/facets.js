// The filters of a list: one group of boxes a facet, the prices from–to, and what is chosen as chips that take it away.
import { byId, el, icon, t } from "./page.js";
import { minorUnits, money, number } from "./format.js";
import { parameter } from "./query.js";

const TITLES = { category: () => t("facet.category"), brand: () => t("facet.brand"), merchant: () => t("facet.merchant") };
const YES_NO = { true: () => t("facet.yes"), false: () => t("facet.no") };

const nameOf = (facet, value) => (facet.kind === "boolean" && YES_NO[value.value]?.()) || value.name;

/** Draw the filters into `form`; `change` is called after the query was changed by one of them. */
export function drawFacets(form, facets, range, query, change) {
  const focused = form.contains(document.activeElement) ? document.activeElement.id : "";
  const groups = facets.filter((facet) => facet.kind !== query.scope && (facet.values.length > 1 || facet.values.some(({ selected }) => selected)));
  form.replaceChildren(...groups.map((facet) => boxes(facet, query, change)));
  const prices = range && range.from.currency && priceFields(range, query, change);
  if (prices) form.append(prices);
  if (focused) byId(focused)?.focus();
}

function boxes(facet, query, change) {
  const list = el("ul");
  for (const value of facet.values) {
    const box = el("input", { type: "checkbox", id: `facet-${facet.code}-${value.value}`, checked: value.selected });
    box.addEventListener("change", () => {
      query.toggle(parameter(facet), value.value);
      change();
    });
    list.append(el("li", {}, el("label", {}, box, el("span", {}, nameOf(facet, value)), el("small", {}, number(value.count)))));
  }
  return el("fieldset", { class: "facet" }, el("legend", {}, TITLES[facet.kind]?.() ?? facet.name), list);
}

function priceFields(range, query, change) {
  const unit = minorUnits(range.from.currency);
  const field = (name, label, amount) =>
    el("input", {
      type: "number", id: `facet-${name}`, name, min: 0, step: "any", inputmode: "decimal", "aria-label": label,
      placeholder: amount / unit, value: query.given.has(name) ? Number(query.given.get(name)) / unit : null,
    });
  const fields = [field("price_min", t("facet.price_min"), range.from.amount), field("price_max", t("facet.price_max"), range.to.amount)];
  const apply = el("button", { type: "submit", id: "facet-apply" }, t("facet.apply"));
  onPress(apply, () => {
    for (const box of fields) query.set(box.name, box.value === "" ? "" : String(Math.round(Math.max(0, Number(box.value)) * unit)));
    change();
  });
  return el("fieldset", { class: "facet" }, el("legend", {}, t("facet.price")), el("div", { class: "facet-range" }, fields[0], "–", fields[1], apply));
}

function onPress(button, act) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    act();
  });
}

/** Draw what is chosen into `place`. */
export function drawChosen(place, facets, range, query, change) {
  const chips = [];
  const chip = (name, remove) => {
    const button = el("button", { type: "button", "aria-label": t("facet.remove", { name }) }, name, icon("close"));
    button.addEventListener("click", () => {
      remove();
      change();
    });
    chips.push(button);
  };
  for (const facet of facets) {
    for (const value of facet.values) {
      if (value.selected && facet.kind !== query.scope) chip(nameOf(facet, value), () => query.toggle(parameter(facet), value.value));
    }
  }
  // Where nothing was found no facet tells the names, and yet each choice can be taken back.
  const named = new Set(facets.flatMap((facet) => facet.values.map(({ value }) => `${parameter(facet)} ${value}`)));
  for (const name of query.filters.filter((filter) => !filter.startsWith("price_"))) {
    for (const value of query.values(name)) {
      if (!named.has(`${name} ${value}`)) chip(TITLES[name]?.() ?? value, () => query.toggle(name, value));
    }
  }
  if (query.given.has("price_min") || query.given.has("price_max")) {
    const currency = range?.from.currency ?? "CNY";
    const shown = (name) => (query.given.has(name) ? money({ amount: Number(query.given.get(name)), currency }) : "");
    chip(`${shown("price_min")} – ${shown("price_max")}`, () => ["price_min", "price_max"].forEach((name) => query.set(name, "")));
  }
  if (chips.length > 1) {
    const clear = el("button", { type: "button", class: "clear" }, t("facet.clear"));
    clear.addEventListener("click", () => {
      query.clear();
      change();
    });
    chips.push(clear);
  }
  place.replaceChildren(...chips);
  place.hidden = !chips.length;
}
