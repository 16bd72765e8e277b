// What a list shows, as the address of the page has it: ?q=&sort=&price_min=&price_max=&brand=a,b&attr.colour=red,blue
// Prices are in minor units, as in the API.
const RANGE = ["price_min", "price_max"];
const SCOPES = ["category", "brand", "merchant"];

export class Query {
  /** `scope` and `id` say what the page itself is of: a category, a brand, a merchant, or everything ("search"). */
  constructor(scope, id, search) {
    this.scope = scope;
    this.id = id;
    this.given = new URLSearchParams();
    for (const [name, value] of new URLSearchParams(search)) {
      const known = ["q", "sort", ...RANGE, ...SCOPES].includes(name) || name.startsWith("attr.");
      if (known && value && name !== scope) this.given.set(name, value);
    }
  }

  get text() {
    return this.given.get("q") ?? "";
  }

  get sort() {
    return this.given.get("sort") ?? "relevance";
  }

  set sort(value) {
    this.set("sort", value === "relevance" ? "" : value);
  }

  /** The names of what narrows the list: "brand", "attr.colour", "price_min". */
  get filters() {
    return [...this.given.keys()].filter((name) => name !== "q" && name !== "sort");
  }

  /** Whether the list is another than the one that came with the page. */
  get changed() {
    return this.given.size > 0;
  }

  values(name) {
    return this.given.get(name)?.split(",") ?? [];
  }

  set(name, value) {
    if (value === "" || value === null) this.given.delete(name);
    else this.given.set(name, value);
  }

  /** Choose a value, or no longer. Of categories one is looked into at a time. */
  toggle(name, value) {
    const values = this.values(name);
    if (name === "category") return this.set(name, values.includes(value) ? "" : value);
    this.set(name, (values.includes(value) ? values.filter((one) => one !== value) : [...values, value]).join(","));
  }

  clear() {
    for (const name of this.filters) this.given.delete(name);
  }

  /** What comes after the path in the address of the page. */
  get address() {
    const text = this.given.toString();
    return text ? `?${text}` : "";
  }

  /** The parameters of the API's search. */
  get parameters() {
    const all = Object.fromEntries(this.given);
    return this.scope === "search" ? all : { ...all, [this.scope]: this.id };
  }
}

/** The parameter of a facet: those of a product's own attributes are told apart by a prefix. */
export const parameter = (facet) => (SCOPES.includes(facet.kind) ? facet.kind : `attr.${facet.code}`);
