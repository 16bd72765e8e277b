// Signing in: by password or by a code, and with the authenticator app where the account asks for it.
import { ask } from "./api.js";
import { enter, keepNext, onward } from "./door.js";
import { codeButton, onSubmit } from "./forms.js";
import { byId } from "./page.js";
import { signedIn } from "./session.js";

const form = byId("sign-in");
const { then } = form.dataset;

if (signedIn()) location.replace(onward(then));
keepNext();
codeButton(form);

for (const way of form.querySelectorAll("[name=way]")) {
  way.addEventListener("change", () => {
    for (const part of form.querySelectorAll("[data-way]")) part.hidden = part.dataset.way !== form.elements.way.value;
    byId("totp").hidden = true;
  });
}

const FIELDS = { NotAnIdentifier: "identifier" };

onSubmit(
  form,
  async ({ identifier, password, code, totp }) => {
    const body = { identifier, ...(code === undefined ? { password } : { code }), ...(totp ? { totp } : {}), cookie: true };
    try {
      await enter(await ask("POST", "/api/sessions", { body }), then);
    } catch (error) {
      if (error.code !== "TotpRequired") throw error;
      byId("totp").hidden = false;
      form.elements.totp.focus();
    }
  },
  FIELDS,
);
