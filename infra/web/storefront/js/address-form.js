// The form of an address: in China by province, city and district, abroad by country.
import { get } from "./api.js";
import { mark, onSubmit, say } from "./forms.js";
import { byId, el, locale, t } from "./page.js";
import { own } from "./session.js";

const CHINA = "CN";
const LEVELS = ["province", "city", "district"];
const FIELDS = { NotAPhoneNumber: "phone", IncompleteAddress: "lines" };
const form = byId("address");
const dialog = byId("address-dialog");
const { elements } = form;
let editing = null;
let saved = null;
let countries = null;
// Whoever opens the form, or chooses a division, anew has no use for what was asked for before.
let opened = 0;
let offered = 0;

const option = (value, text) => el("option", { value }, text);
const choose = () => option("", t("address.choose"));

/** Offer what is directly below a division, as the choices of a level. Whether nothing else was chosen meanwhile. */
async function offer(level, parent) {
  const turn = ++offered;
  for (const deeper of LEVELS.slice(level)) {
    elements[deeper].replaceChildren(choose());
    elements[deeper].closest(".field").hidden = false;
  }
  if (level > 0 && !parent) return true;
  const { items } = await get("/api/divisions", parent ? { parent } : {});
  if (turn !== offered) return false;
  elements[LEVELS[level]].append(...items.map(({ code, name, divided }) => el("option", { value: code, "data-divided": divided }, name)));
  return true;
}

/** The code of the deepest division that was chosen. */
const division = () => LEVELS.map((level) => elements[level].value).findLast(Boolean) ?? "";

async function chosen(level) {
  mark(elements[LEVELS[level]], "");
  if (level + 1 >= LEVELS.length) return;
  const choice = elements[LEVELS[level]].selectedOptions[0];
  if (!(await offer(level + 1, choice?.value))) return;
  // Some cities have no districts, and some provinces no cities.
  if (choice?.value && !("divided" in choice.dataset)) for (const deeper of LEVELS.slice(level + 1)) elements[deeper].closest(".field").hidden = true;
}

function place() {
  const china = elements.country.value === CHINA;
  for (const part of form.querySelectorAll("[data-place]")) part.hidden = (part.dataset.place === "china") !== china;
}

async function bringCountries() {
  if (countries) return;
  const { items } = await get("/api/countries");
  if (countries) return;
  countries = items;
  const name = locale === "en" ? "name_en" : "name_zh";
  const sorted = countries.toSorted((one, other) => one[name].localeCompare(other[name], locale));
  elements.country.append(...sorted.map((country) => option(country.code, country[name])));
}

/** Choose a division and those above it, while `wanted()`. */
async function chooseDivision(code, wanted) {
  await offer(0, "");
  if (!code || !wanted()) return;
  const { path } = await get("/api/divisions", { parent: code }).catch(() => ({ path: [] }));
  for (const [level, step] of path.entries()) {
    if (!wanted()) return;
    elements[LEVELS[level]].value = step.code;
    await chosen(level);
  }
}

function write({ recipient, phone, country, region, city: abroad_city, lines, postal_code, label, default: first }) {
  const held = { recipient, phone, country, region, abroad_city, lines: lines.join(" "), postal_code, label };
  for (const [name, value] of Object.entries(held)) elements[name].value = value;
  elements.default.checked = first;
}

/** Let somebody write an address, or change one; the address as it is saved, or null. */
export async function openAddress(address = null) {
  const turn = ++opened;
  const wanted = () => turn === opened;
  editing = address;
  saved = null;
  form.reset();
  for (const control of elements) if (control.id) mark(control, "");
  say(form, "");
  const title = byId("address-title");
  title.textContent = address ? title.dataset.change : title.dataset.add;
  dialog.showModal();
  const closed = new Promise((resolve) => dialog.addEventListener("close", () => resolve(saved), { once: true }));
  // Nothing is written into what is about to be filled; a new address can be written while the regions come.
  form.inert = Boolean(address);
  place();
  elements.recipient.focus();
  try {
    await Promise.all([bringCountries(), chooseDivision(address?.country === CHINA ? address.division : "", wanted)]);
    if (address && wanted()) write(address);
  } catch {
    if (wanted()) say(form, t("address.no_divisions"));
  }
  if (form.inert && wanted()) {
    form.inert = false;
    place();
    elements.recipient.focus();
  }
  return closed;
}

for (const [level, name] of LEVELS.entries()) elements[name].addEventListener("change", () => chosen(level).catch(() => {}));
elements.country.addEventListener("change", place);
byId("address-close").addEventListener("click", () => dialog.close());

onSubmit(
  form,
  async ({ recipient, phone, country, region = "", abroad_city = "", lines, postal_code, label, default: first }) => {
    const where = country === CHINA ? { division: division() } : { region, city: abroad_city };
    const body = { recipient, phone, country, ...where, lines: [lines], postal_code, label, default: first };
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const turn = opened;
    const found = editing
      ? await own("PUT", `/api/users/me/addresses/${editing.id}`, { body: { ...body, version: editing.version }, headers })
      : await own("POST", "/api/users/me/addresses", { body, headers });
    if (turn !== opened) return;
    saved = found;
    dialog.close();
  },
  FIELDS,
);
