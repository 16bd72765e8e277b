// Which products this browser knows to be favourites, so that their pages say so without asking.
import { keep, kept } from "./kept.js";

export const KEY = "favourites";
const MOST = 500;

function ids() {
  try {
    const known = JSON.parse(kept(KEY) ?? "[]");
    return Array.isArray(known) ? known : [];
  } catch {
    return [];
  }
}

export const isFavourite = (id) => ids().includes(id);

export function setFavourite(id, on) {
  const others = ids().filter((other) => other !== id);
  keep(KEY, JSON.stringify(on ? [id, ...others].slice(0, MOST) : others));
}
