// A lost password is set anew with a code, and used at once.
import { ask } from "./api.js";
import { enter, keepNext } from "./door.js";
import { codeButton, onSubmit } from "./forms.js";
import { addresses, byId } from "./page.js";

const form = byId("forgot");
const FIELDS = { NotAnIdentifier: "identifier", WeakPassword: "new_password", WrongCode: "code" };

keepNext();
codeButton(form);
onSubmit(
  form,
  async ({ identifier, code, new_password }) => {
    await ask("PUT", "/api/passwords", { body: { identifier, code, new_password } });
    try {
      await enter(await ask("POST", "/api/sessions", { body: { identifier, password: new_password, cookie: true } }), addresses.own("account"));
    } catch {
      // With an authenticator app, signing in takes more.
      location.replace(form.dataset.signIn + location.search);
    }
  },
  FIELDS,
);
