// What time it is at the mall, whatever the clock of this device says.
let ahead = 0;

/** Take the time from an answer that was made for us just now. */
export function learn(answer) {
  const said = Date.parse(answer.headers.get("Date") ?? "");
  // An answer out of a cache says when it was made.
  if (said && !answer.headers.get("Age") && !/max-age=[1-9]/.test(answer.headers.get("Cache-Control") ?? "")) ahead = said - Date.now();
}

/** Milliseconds since 1970, as the mall counts them. */
export const now = () => Date.now() + ahead;

/** Milliseconds from now to a moment; negative after it. */
export const until = (moment) => Date.parse(moment) - now();
