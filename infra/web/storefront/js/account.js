// One's account: who one is, the picture, and the way out.
import { onSubmit } from "./forms.js";
import { fill, forPeople, tell } from "./own.js";
import { addresses, byId, el, t } from "./page.js";
import { explain } from "./refusals.js";
import { own, signOut } from "./session.js";
import { dateOf } from "./times.js";

const MOST_TRIES = 10;
const form = byId("profile");
const said = byId("avatar-said");
let profile = null;

function show(now) {
  byId("hello").textContent = t("account.hello", { name: now.nickname || now.email || now.phone });
  byId("since").textContent = t("account.since", { date: dateOf(now.created_at) });
  for (const name of ["nickname", "gender", "birthday"]) {
    const control = form.elements[name];
    // What somebody is writing stays.
    if (!profile || control.value === (profile[name] ?? "")) control.value = now[name] ?? "";
  }
  if (now.avatar) byId("avatar").replaceChildren(el("img", { src: `/media/${now.avatar}`, width: 96, height: 96, alt: "" }));
  profile = now;
  byId("profile-part").inert = false;
}

const read = async () => show(await own("GET", "/api/users/me"));

/** A form of the bucket takes the file; the picture is on the profile soon after. */
async function upload(file) {
  const { url, fields, max_bytes: most } = await own("POST", "/api/users/me/avatar", { body: { content_type: file.type } });
  if (file.size > most) throw Object.assign(new Error("too large"), { status: 400, code: "PictureTooLarge", details: {} });
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append("file", file);
  const answer = await fetch(url, { method: "POST", body: data });
  if (!answer.ok) throw Object.assign(new Error("refused"), { status: answer.status, code: "", details: {} });
  const before = profile.avatar;
  for (let tries = 0; tries < MOST_TRIES && profile.avatar === before; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    show(await own("GET", "/api/users/me"));
  }
}

if (forPeople()) {
  onSubmit(form, async ({ nickname, gender, birthday }) => {
    const body = { nickname, gender: gender || null, birthday: birthday || null, version: profile.version };
    show(await own("PATCH", "/api/users/me", { body }));
    tell(t("form.saved"));
  });
  byId("avatar-file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    said.textContent = t("profile.avatar_sending");
    try {
      await upload(file);
      said.textContent = t("profile.avatar_sent");
    } catch (error) {
      said.textContent = error.code === "PictureTooLarge" ? t("profile.avatar_large") : explain(error);
    }
    target.value = "";
  });
  byId("sign-out").addEventListener("click", async () => {
    try {
      await signOut();
      location.replace(addresses.own("sign-in"));
    } catch (error) {
      tell(explain(error));
    }
  });
  byId("sign-out").inert = false;
  await fill(byId("since"), read);
}
