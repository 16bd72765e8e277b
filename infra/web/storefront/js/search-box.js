// The search box: suggestions while typing, earlier and popular searches before it, chosen by mouse, touch or arrow keys.
import { addresses, byId, el, icon, t } from "./page.js";
import { get } from "./api.js";
import { forget, remember, searches } from "./history.js";

const PAUSE_MS = 130;
const ICONS = { category: "menu", brand: "tag", recent: "clock" };

export function start() {
  const form = byId("search");
  const box = byId("q");
  const panel = byId("suggestions");
  let typed = "";
  let waiting = 0;
  let asked = new AbortController();
  let hot = null;

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", "suggestion-list");
  close();

  box.addEventListener("input", () => {
    typed = box.value;
    clearTimeout(waiting);
    waiting = setTimeout(suggest, PAUSE_MS);
  });
  box.addEventListener("focus", suggest);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (panel.hidden) suggest();
      else move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && !panel.hidden) {
      event.preventDefault();
      box.value = typed;
      close();
    } else if (event.key === "Enter" && active()) {
      event.preventDefault();
      active().click();
    }
  });
  form.addEventListener("submit", () => remember(box.value));
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  // A press must not take the focus away before it becomes a click.
  panel.addEventListener("mousedown", (event) => event.preventDefault());

  async function suggest() {
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    const text = box.value.trim();
    typed = box.value;
    try {
      if (text) {
        const { items } = await get("/api/search/suggestions", { q: text }, signal);
        show([[t("search.suggestions"), items]]);
      } else {
        const recent = searches().map((earlier) => ({ text: earlier, kind: "recent" }));
        hot ??= (await get("/api/search/hot", {}, signal)).items;
        if (!signal.aborted) show([[t("search.recent"), recent], [t("search.hot"), hot]]);
      }
    } catch (error) {
      // Suggestions are a help: without them the search itself still works.
      if (error.name !== "AbortError") close();
    }
  }

  function show(groups) {
    const filled = groups.filter(([, items]) => items.length);
    if (!filled.length || document.activeElement !== box) return close();
    let number = 0;
    const list = el("div", { role: "listbox", id: "suggestion-list", "aria-label": t("search.suggestions") });
    for (const [title, items] of filled) {
      const group = el("div", { role: "group", "aria-label": title });
      if (list.hasChildNodes()) group.append(el("div", { class: "suggestions-head", "aria-hidden": "true" }, title));
      for (const item of items) group.append(option(item, number++));
      list.append(group);
    }
    panel.replaceChildren(...(typed.trim() ? [] : [head(...filled[0])]), list, el("span", { class: "hush", role: "status" }, t("search.count", { n: number })));
    panel.hidden = false;
    box.setAttribute("aria-expanded", "true");
    box.removeAttribute("aria-activedescendant");
  }

  /** Above the earlier searches: a button, so outside of the list of options. */
  function head(title, items) {
    const place = el("div", { class: "suggestions-head" }, el("span", { "aria-hidden": "true" }, title));
    if (items[0].kind === "recent") {
      const clear = el("button", { type: "button", "aria-label": t("search.forget_all") }, t("search.forget"));
      clear.addEventListener("click", () => {
        forget();
        box.focus();
        suggest();
      });
      place.append(clear);
    }
    return place;
  }

  function option(item, number) {
    const made = el("div", { role: "option", id: `suggestion-${number}`, "aria-selected": "false" }, icon(ICONS[item.kind] ?? "search"), el("span", {}, item.text));
    if (item.kind === "category") made.append(el("small", {}, t("facet.category")));
    if (item.kind === "brand") made.append(el("small", {}, t("facet.brand")));
    made.addEventListener("click", () => go(item));
    return made;
  }

  function go(item) {
    if ((item.kind === "category" || item.kind === "brand") && item.id) {
      location.assign(addresses[item.kind](item.id));
    } else {
      box.value = item.text;
      form.requestSubmit();
    }
  }

  const options = () => [...panel.querySelectorAll("[role=option]")];
  function active() {
    return panel.hidden ? null : panel.querySelector("[aria-selected=true]");
  }

  function move(step) {
    const all = options();
    const now = all.indexOf(active());
    const next = now < 0 && step < 0 ? all.length - 1 : now + step;
    if (now >= 0) all[now].setAttribute("aria-selected", "false");
    const chosen = all[next];
    // Past either end is what was typed.
    box.value = chosen ? chosen.querySelector("span").textContent : typed;
    if (!chosen) return box.removeAttribute("aria-activedescendant");
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", chosen.id);
  }

  function close() {
    clearTimeout(waiting);
    asked.abort();
    panel.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }
}
