// What was searched for on this device: the last eight, the newest first. It never leaves the device.
const KEY = "searches";
const MOST = 8;

/** The searches; none where the browser keeps nothing. */
export function searches() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((text) => typeof text === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function remember(text) {
  const wanted = text.trim();
  if (wanted) keep([wanted, ...searches().filter((other) => other !== wanted)].slice(0, MOST));
}

export const forget = () => keep([]);

function keep(texts) {
  try {
    localStorage.setItem(KEY, JSON.stringify(texts));
  } catch {
    // Private windows may refuse; the search works without.
  }
}
