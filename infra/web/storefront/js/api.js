// The mall's API: what anybody may ask it, and how it answers.
import { learn } from "./clock.js";

/** GET `path` with `params`; the JSON of the answer, or an error with the `code` of the refusal. */
export const get = (path, params = {}, signal = undefined) => ask("GET", path, { params, signal });

/** The JSON of an answer, null for an empty one. */
export const ask = async (method, path, options = {}) => (await send(method, path, options)).data;

/**
 * Ask with a JSON `body` and further `headers`; the `data` of the answer, and after how many `seconds` to ask again.
 * A refusal is an error with its `status`, `code`, `details` and `seconds`; without a network it has no status.
 */
export async function send(method, path, { params = {}, body, headers = {}, signal, keepalive = false, cache = "default" } = {}) {
  const query = new URLSearchParams(params).toString();
  const sent = { Accept: "application/json", ...headers };
  if (body !== undefined) sent["Content-Type"] = "application/json";
  const request = { method, headers: sent, body: body === undefined ? undefined : JSON.stringify(body), signal, keepalive, cache };
  const answer = await fetch(query ? `${path}?${query}` : path, request);
  learn(answer);
  const seconds = Number(answer.headers.get("Retry-After")) || 0;
  const text = await answer.text();
  let data = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    // Something in between answered, not the mall.
  }
  if (answer.ok) return { data, seconds };
  const refusal = new Error(data?.Message ?? answer.statusText);
  throw Object.assign(refusal, { status: answer.status, code: data?.Code ?? "", details: data?.Details ?? {}, seconds });
}
