// What every script needs of the page it runs on: its language, its texts, its addresses, and a way to make elements.
const root = document.documentElement;

export const locale = root.lang;
export const home = root.dataset.home;

const catalogues = await Promise.all(root.dataset.texts.split(" ").map((address) => import(address)));
const texts = Object.assign({}, ...catalogues.map((catalogue) => catalogue.default));

/** The text of a key, with `{name}` replaced from `values`. */
export const t = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

export const byId = (id) => document.getElementById(id);

export const addresses = {
  product: (id) => `${home}p/${id}/`,
  category: (id) => `${home}c/${id}/`,
  brand: (id) => `${home}b/${id}/`,
  home,
  search: (values) => `${home}search/?${new URLSearchParams(values)}`,
  merchant: (id) => `${home}m/${id}/`,
  own: (page, values = {}) => `${home}${page}/${Object.keys(values).length ? `?${new URLSearchParams(values)}` : ""}`,
  picture: (id, size, extension = "webp") => `/media/p/${encodeURIComponent(id)}/${size}.${extension}`,
};

/** An element: `el("a", { href: "/" }, "Home")`. Attributes that are `false` or `null` are left out. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${root.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}
