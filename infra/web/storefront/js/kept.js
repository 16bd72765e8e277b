// What this browser keeps between pages; a private window may keep nothing, and everything works without.

const reach = (act) => {
  try {
    return act();
  } catch {
    return null;
  }
};

/** What is kept under `key` in this browser; null where there is nothing. */
export const kept = (key) => reach(() => localStorage.getItem(key));

/** Keep `value`; null forgets it. */
export const keep = (key, value) => reach(() => (value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value)));

/** The same for this tab alone. */
export const keptHere = (key) => reach(() => sessionStorage.getItem(key));
export const keepHere = (key, value) => reach(() => (value === null ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, value)));
