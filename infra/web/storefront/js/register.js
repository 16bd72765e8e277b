// Registering: an address or number that a code proves, and a password.
import { ask } from "./api.js";
import { enter, keepNext, onward } from "./door.js";
import { codeButton, onSubmit } from "./forms.js";
import { byId, locale } from "./page.js";
import { signedIn } from "./session.js";

const form = byId("register");
const { then, terms } = form.dataset;
const FIELDS = { IdentifierTaken: "identifier", NotAnIdentifier: "identifier", WeakPassword: "password", WrongCode: "code" };

if (signedIn()) location.replace(onward(then));
keepNext();
codeButton(form);
onSubmit(
  form,
  async ({ identifier, code, password }) => enter(await ask("POST", "/api/users", { body: { identifier, code, password, terms, locale, cookie: true } }), then),
  FIELDS,
);
