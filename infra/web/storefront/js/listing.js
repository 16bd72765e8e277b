// A list of products: filters, sorting and more of it, without leaving the page. The address always tells what is shown.
import { addresses, byId, el, locale, t } from "./page.js";
import { get } from "./api.js";
import { card } from "./card.js";
import { drawChosen, drawFacets } from "./facets.js";
import { number } from "./format.js";
import { Query } from "./query.js";

const PAGE = 20;
const root = byId("listing");
const { scope, id } = root.dataset;
const part = (name) => root.querySelector(name);
const grid = byId("products");
const more = part(".more-button");
const failed = part(".failed");
const results = part(".listing-results");

let query = new Query(scope, id, location.search);
let next = root.dataset.next;
let asked = new AbortController();
let again = () => {};
let seen = { facets: [], range: null };
// Without filters the list goes on where the page ends, from the listing of its place: a category, merchant or brand.
let plain = !query.changed && scope !== "search";

async function show() {
  asked.abort();
  asked = new AbortController();
  again = show;
  plain = false;
  results.setAttribute("aria-busy", "true");
  failed.hidden = true;
  try {
    const found = await get("/api/search", { ...query.parameters, locale, limit: PAGE }, asked.signal);
    grid.replaceChildren(...found.items.map(card));
    part(".nothing").hidden = found.items.length > 0;
    goOn(found.next);
    learn(found);
    results.removeAttribute("aria-busy");
  } catch (error) {
    fail(error);
  }
}

/** Bring the filters for the list that came with the page. */
async function bringFilters() {
  try {
    learn(await get("/api/search", { ...query.parameters, locale, limit: 1 }));
  } catch {
    // The list stands without its filters.
  }
}

async function showMore() {
  again = showMore;
  more.disabled = true;
  failed.hidden = true;
  const path = plain ? `/api/categories/${id}/products` : "/api/search";
  const given = plain ? {} : query.parameters;
  try {
    const found = await get(path, { ...given, locale, limit: PAGE, after: next }, asked.signal);
    const added = found.items.map(card);
    grid.append(...added);
    goOn(found.next);
    added[0]?.querySelector("a").focus({ preventScroll: true });
  } catch (error) {
    fail(error);
  }
  more.disabled = false;
}

function goOn(cursor) {
  next = cursor ?? "";
  more.hidden = !next;
}

function learn(found) {
  seen = { facets: found.facets ?? [], range: found.price_range };
  drawFacets(byId("facets"), seen.facets, seen.range, query, changed);
  drawChosen(part(".chosen"), seen.facets, seen.range, query, changed);
  part(".listing-total").textContent = countOf(found.total);
  const corrected = document.querySelector(".corrected");
  if (corrected) {
    corrected.hidden = !found.corrected;
    corrected.textContent = found.corrected ? t("search.corrected", { q: query.text, corrected: found.corrected }) : "";
  }
}

function countOf(total) {
  const n = number(total);
  return total === 1 ? t("listing.total_one", { n }) : t("listing.total", { n });
}

function fail(error) {
  if (error.name === "AbortError") return;
  results.removeAttribute("aria-busy");
  failed.hidden = false;
}

function changed() {
  history.pushState(null, "", location.pathname + query.address);
  draw();
  show();
}

/** What of the page follows from the address alone. */
function draw() {
  const direction = { price: "up", "-price": "down" }[query.sort];
  for (const button of root.querySelectorAll("[data-sort]")) {
    const mine = button.dataset.sort;
    button.setAttribute("aria-pressed", String(mine === query.sort.replace("-", "")));
    if (mine === "price") {
      button.dataset.direction = direction ?? "";
      const label = { up: () => t("sort.price_up"), down: () => t("sort.price_down") }[direction];
      if (label) button.setAttribute("aria-label", label());
      else button.removeAttribute("aria-label");
    }
  }
  const count = part(".filter-count");
  count.textContent = query.filters.length;
  count.hidden = !query.filters.length;
  if (scope === "search") drawTitle();
}

function drawTitle() {
  const title = byId("search-title");
  title.textContent = query.text ? t("search.results_for", { q: query.text }) : title.dataset.plain;
  document.title = `${title.textContent} · ${t("site.name")}`;
  byId("q").value = query.text;
}

async function showHotWords() {
  const section = document.querySelector(".hot-words");
  if (!section || query.changed) return;
  try {
    const { items } = await get("/api/search/hot");
    section.querySelector("ul").replaceChildren(...items.map(({ text }) => el("li", {}, el("a", { href: addresses.search({ q: text }) }, text))));
    section.hidden = !items.length;
  } catch {
    // Popular words are an extra.
  }
}

for (const button of root.querySelectorAll("[data-sort]")) {
  button.addEventListener("click", () => {
    const turn = button.dataset.sort === "price" && query.sort === "price";
    query.sort = turn ? "-price" : button.dataset.sort;
    changed();
  });
}
more.addEventListener("click", showMore);
failed.querySelector("button").addEventListener("click", () => again());
byId("facets").addEventListener("submit", (event) => event.preventDefault());
addEventListener("popstate", () => {
  const given = new Query(scope, id, location.search);
  // A step to a place on the same page is one too, and changes nothing here.
  if (given.address === query.address) return;
  query = given;
  draw();
  show();
});

part(".sorts").inert = more.inert = false;
draw();
await Promise.all([plain ? bringFilters() : show(), showHotWords()]);
