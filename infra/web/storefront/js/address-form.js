// The form of an address: in China by province, city and district, abroad by country.
import { get } from "./api.js";
import { mark, onSubmit } from "./forms.js";
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

const option = (value, text) => el("option", { value }, text);
const choose = () => option("", t("address.choose"));

/** Offer what is directly below a division, as the choices of a level; a level without choices is hidden. */
async function offer(level, parent) {
  for (const deeper of LEVELS.slice(level)) {
    elements[deeper].replaceChildren(choose());
    elements[deeper].closest(".field").hidden = false;
  }
  if (level > 0 && !parent) return;
  const { items } = await get("/api/divisions", parent ? { parent } : {});
  elements[LEVELS[level]].append(...items.map(({ code, name, divided }) => el("option", { value: code, "data-divided": divided }, name)));
}

/** The code of the deepest division that was chosen. */
const division = () => LEVELS.map((level) => elements[level].value).findLast(Boolean) ?? "";

async function chosen(level) {
  mark(elements[LEVELS[level]], "");
  if (level + 1 >= LEVELS.length) return;
  const choice = elements[LEVELS[level]].selectedOptions[0];
  await offer(level + 1, choice?.value);
  // Some cities have no districts, and some provinces no cities.
  if (choice?.value && !("divided" in choice.dataset)) for (const deeper of LEVELS.slice(level + 1)) elements[deeper].closest(".field").hidden = true;
}

function place() {
  const china = elements.country.value === CHINA;
  for (const part of form.querySelectorAll("[data-place]")) part.hidden = (part.dataset.place === "china") !== china;
}

async function bringCountries() {
  if (countries) return;
  countries = (await get("/api/countries")).items;
  const name = locale === "en" ? "name_en" : "name_zh";
  const sorted = countries.toSorted((one, other) => one[name].localeCompare(other[name], locale));
  elements.country.append(...sorted.map((country) => option(country.code, country[name])));
}

/** Choose a division and those above it. */
async function chooseDivision(code) {
  await offer(0, "");
  if (!code) return;
  const { path } = await get("/api/divisions", { parent: code }).catch(() => ({ path: [] }));
  for (const [level, step] of path.entries()) {
    elements[LEVELS[level]].value = step.code;
    await chosen(level);
  }
}

/** Let somebody write an address, or change one; the address as it is saved, or null. */
export async function openAddress(address = null) {
  editing = address;
  saved = null;
  form.reset();
  for (const control of elements) if (control.id) mark(control, "");
  form.querySelector(".form-error").hidden = true;
  const title = byId("address-title");
  title.textContent = address ? title.dataset.change : title.dataset.add;
  dialog.showModal();
  const closed = new Promise((resolve) => dialog.addEventListener("close", () => resolve(saved), { once: true }));
  try {
    await Promise.all([bringCountries(), chooseDivision(address?.country === CHINA ? address.division : "")]);
    if (address) {
      const lines = address.lines.join(" ");
      const { recipient, phone, country, region, city: abroad_city, postal_code, label } = address;
      for (const [name, value] of Object.entries({ recipient, phone, country, region, abroad_city, lines, postal_code, label })) elements[name].value = value;
      elements.default.checked = address.default;
    }
  } catch {
    form.querySelector(".form-error").textContent = t("address.no_divisions");
    form.querySelector(".form-error").hidden = false;
  }
  place();
  elements.recipient.focus();
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
    saved = editing
      ? await own("PUT", `/api/users/me/addresses/${editing.id}`, { body: { ...body, version: editing.version }, headers })
      : await own("POST", "/api/users/me/addresses", { body, headers });
    dialog.close();
  },
  FIELDS,
);
