// What keeps an account safe: addresses, password, authenticator app, devices, consents, one's data.
import { ask } from "./api.js";
import { codeButton, onSubmit } from "./forms.js";
import { asked, button, draw, fill, forPeople, tell } from "./own.js";
import { byId, el, icon, locale, t } from "./page.js";
import { drawing } from "./qr.js";
import { explain } from "./refusals.js";
import { drop, own, signOut } from "./session.js";
import { dateOf, moment } from "./times.js";

const CONSENTS = {
  terms: () => t("consent.terms"), privacy: () => t("consent.privacy"), marketing_email: () => t("consent.marketing_email"),
  marketing_sms: () => t("consent.marketing_sms"), personalisation: () => t("consent.personalisation"), history: () => t("consent.history"),
};
const WRONG = { WrongCredentials: "current_password", WeakPassword: "new_password", WrongCode: "code" };
let me = null;

async function read() {
  me = await own("GET", "/api/users/me");
  const rows = [[t("security.email"), me.email], [t("security.phone"), me.phone]];
  byId("identifiers").replaceChildren(...rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value ?? el("span", { class: "muted" }, t("security.none"))))));
  byId("password-state").textContent = me.has_password ? t("security.has_password") : t("security.no_password");
  const way = me.has_password ? "password" : "code";
  for (const [first, second] of [["by-password", "by-code"], ["bind-password", "bind-code"], ["close-password", "close-code"]]) {
    byId(first).hidden = way !== "password";
    byId(second).hidden = way !== "code";
  }
  // A code goes to where one can be reached already.
  for (const id of ["password", "close"]) byId(id).dataset.identifier = me.email ?? me.phone;
  for (const id of ["bind", "password", "close"]) byId(`${id}-part`).inert = false;
  drawTotp();
}

// ── Authenticator app ────────────────────────────────────────────────────────────────────────────────────────────────

function codeForm(label, act) {
  const input = el("input", { id: "t-code", name: "code", required: true, inputmode: "numeric", autocomplete: "one-time-code", minlength: 6, maxlength: 16, "aria-describedby": "t-code-error" });
  const form = el("form", { class: "form", novalidate: true }, el("div", { class: "field" }, el("label", { for: "t-code" }, t("security.totp_code")), input, el("p", { class: "field-error", id: "t-code-error", hidden: true })), el("p", { class: "form-error", role: "alert", hidden: true }), el("button", { class: "button", type: "submit" }, label));
  onSubmit(form, act, { WrongCode: "code" });
  return form;
}

function drawTotp() {
  const place = byId("totp");
  if (!me.has_totp) return draw(place, el("p", {}, button(t("security.totp_start"), startTotp)));
  draw(place, el("p", { class: "good" }, icon("check"), t("security.totp_on")), button(t("security.totp_remove"), () => {
    draw(place, codeForm(t("security.totp_remove"), async ({ code }) => {
      await own("POST", "/api/users/me/totp/removal", { body: { code } });
      tell(t("security.totp_removed"));
      await read();
    }));
    byId("t-code").focus();
  }, "button quiet"));
}

async function startTotp() {
  const { secret, uri } = await own("POST", "/api/users/me/totp");
  const confirm = codeForm(t("security.totp_confirm"), async ({ code }) => {
    const { recovery_codes: codes } = await own("PUT", "/api/users/me/totp", { body: { code } });
    await read();
    draw(byId("totp"), el("p", { class: "good" }, icon("check"), t("security.totp_on")), el("p", {}, t("security.recovery")), el("ul", { class: "codes" }, ...codes.map((one) => el("li", {}, one))), button(t("security.copy"), async () => {
      await navigator.clipboard.writeText(codes.join("\n"));
      tell(t("security.copied"));
    }, "button quiet"));
  });
  draw(byId("totp"), el("div", { class: "scan" }, drawing(uri), el("div", {}, el("p", {}, t("security.totp_scan")), el("p", {}, el("code", { class: "secret" }, secret.replace(/(.{4})(?=.)/g, "$1 "))), confirm)));
  byId("t-code").focus();
}

// ── Devices ──────────────────────────────────────────────────────────────────────────────────────────────────────────

async function devices() {
  const { items } = await own("GET", "/api/users/me/sessions");
  draw(byId("devices"), items.map((session) => {
    const about = el("span", {}, el("strong", {}, session.device || t("security.unknown_device")), session.current ? el("span", { class: "mark" }, t("security.here")) : "", el("small", { class: "muted" }, t("security.seen", { when: moment(session.refreshed_at), where: session.address })));
    const end = async () => {
      await own("DELETE", `/api/users/me/sessions/${session.id}`);
      tell(t("security.ended"));
      await devices();
    };
    return el("li", {}, icon("device"), about, session.current ? "" : button(t("security.end"), end, "button quiet", { "aria-label": t("security.end_of", { name: session.device }) }));
  }));
}

async function everywhere() {
  if (!(await asked(t("security.everywhere"), el("p", {}, t("security.everywhere_sure")), t("security.everywhere")))) return;
  await own("DELETE", "/api/users/me/sessions");
  await signOut();
}

// ── Consents and data ────────────────────────────────────────────────────────────────────────────────────────────────

async function consents() {
  const { current } = await own("GET", "/api/users/me/consents", { params: { limit: 1 } });
  draw(byId("consents"), current.map(({ kind, required, allowed, last }) => {
    const box = el("input", { type: "checkbox", role: "switch", id: `consent-${kind}`, checked: allowed, disabled: required });
    box.addEventListener("change", async () => {
      try {
        await own("PUT", `/api/users/me/consents/${kind}`, { body: { given: box.checked, policy_version: byId("consents").dataset.version } });
        tell(t("form.saved"));
      } catch {
        box.checked = !box.checked;
        tell(t("refusal.other"));
      }
    });
    const date = last && dateOf(last.at);
    const said = last ? (last.given ? t("consent.given", { date }) : t("consent.withdrawn", { date })) : "";
    return el("li", {}, el("label", { class: "toggle" }, el("span", {}, CONSENTS[kind]?.() ?? kind, el("small", { class: "muted" }, required ? t("consent.required") : said)), box));
  }));
}

async function watchExport(id) {
  for (let wait = 2000; ; wait = Math.min(wait * 1.5, 15_000)) {
    const found = await own("GET", `/api/users/me/exports/${id}`);
    if (found.state === "ready") return draw(byId("export"), el("a", { class: "button", href: found.url, download: "" }, t("security.export_fetch")));
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function offerExport() {
  draw(byId("export"), button(t("security.export"), async () => {
    const { id } = await own("POST", "/api/users/me/exports");
    draw(byId("export"), el("span", { role: "status" }, t("security.export_making")));
    await watchExport(id);
  }, "button quiet"));
}

async function close(body) {
  await own("POST", "/api/users/me/closing", { body });
  drop();
}

if (forPeople()) {
  offerExport();
  byId("everywhere").addEventListener("click", () => everywhere().catch(() => tell(t("refusal.other"))));
  byId("everywhere").inert = false;
  // Without a password, a code that a present address gets proves who asks for another one.
  byId("send-present").addEventListener("click", async () => {
    try {
      await ask("POST", "/api/codes", { body: { identifier: me.email ?? me.phone, purpose: "sign_in", locale } });
      tell(t("security.present_sent", { to: me.email ?? me.phone }));
    } catch (error) {
      tell(explain(error));
    }
  });
  for (const id of ["bind", "password", "close"]) codeButton(byId(id));
  onSubmit(byId("bind"), async (body) => {
    await own("PUT", "/api/users/me/identifiers", { body });
    byId("bind").reset();
    tell(t("form.saved"));
    await read();
  }, { ...WRONG, WrongCredentials: "password", IdentifierTaken: "identifier", NotAnIdentifier: "identifier" });
  onSubmit(byId("password"), async (body) => {
    await own("PUT", "/api/users/me/password", { body });
    byId("password").reset();
    byId("password-part").open = false;
    tell(t("security.password_changed"));
    await Promise.all([read(), devices()]);
  }, WRONG);
  onSubmit(byId("close"), close, { WrongCredentials: "password", WrongCode: "code" });
  await Promise.all([fill(byId("totp"), read), fill(byId("devices"), devices), fill(byId("consents"), consents)]);
}
