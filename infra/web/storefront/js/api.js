// The mall's API, as anybody may ask it.

/** GET `path` with `params`; the JSON of the answer, or an error with the `code` of the refusal. */
export async function get(path, params = {}, signal = undefined) {
  const query = new URLSearchParams(params).toString();
  const answer = await fetch(query ? `${path}?${query}` : path, { signal, headers: { Accept: "application/json" } });
  if (!answer.ok) {
    const refusal = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(refusal.Message ?? answer.statusText), { status: answer.status, code: refusal.Code });
  }
  return answer.json();
}
