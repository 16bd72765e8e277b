// What went wrong, in the reader's words.
import { locale, t } from "./page.js";
import { reasonText } from "./reasons.js";
import { minutes } from "./times.js";

const SAID = {
  WrongCredentials: () => t("refusal.credentials"),
  WrongCode: () => t("refusal.code"),
  IdentifierTaken: () => t("refusal.taken"),
  NotAnIdentifier: () => t("refusal.identifier"),
  WeakPassword: () => t("refusal.weak"),
  ChangedMeanwhile: () => t("refusal.changed"),
  AddressChanged: () => t("refusal.changed"),
  AddressBookFull: () => t("refusal.book_full"),
  AddressNotFound: () => t("refusal.address_gone"),
  IncompleteAddress: () => t("refusal.address"),
  NotAPhoneNumber: () => t("refusal.phone"),
  AccountClosed: () => t("refusal.closed"),
  StaffAccount: () => t("refusal.staff"),
  TooManyFavourites: () => t("refusal.favourites"),
  SoldOut: () => t("refusal.sold_out"),
  NotEnoughStock: () => t("refusal.sold_out"),
  LimitReached: () => t("refusal.limit"),
  LineFull: () => t("refusal.limit"),
  CartFull: () => t("refusal.cart_full"),
  CartChanged: () => t("refusal.cart"),
  TooManyUnpaid: () => t("refusal.unpaid"),
  DeliveryDate: () => t("refusal.delivery_date"),
  Refused: ({ details }) => reasonText(details.reason) || t("refusal.not_now"),
  Changed: () => t("refusal.order_changed"),
  WalletTooLow: () => t("refusal.wallet"),
  WalletAmountTooHigh: () => t("refusal.wallet"),
  WalletLimitReached: () => t("refusal.wallet_limit"),
  AmountNotOffered: () => t("refusal.wallet_limit"),
  WeakPaymentPassword: () => t("refusal.weak_payment"),
  ChannelRefused: () => t("refusal.channel"),
  ChannelUnavailable: () => t("refusal.channel"),
  TooManyAttempts: () => t("refusal.attempts"),
  PaymentPasswordWrong: () => t("refusal.payment_password"),
  PaymentPasswordMissing: () => t("refusal.no_payment_password"),
  PaymentPasswordLocked: () => t("refusal.payment_password_locked"),
  IntentClosed: () => t("refusal.payment_closed"),
  SessionOver: () => t("refusal.session"),
  SignedOut: () => t("refusal.session"),
};

/** One sentence for people. */
export function explain(error) {
  if (!error.status) return navigator.onLine ? t("refusal.network") : t("refusal.offline");
  if (error.code === "PaymentPasswordLocked") return SAID.PaymentPasswordLocked();
  if (error.status === 429) return error.seconds ? t("refusal.too_many_for", { time: minutes(error.seconds) }) : t("refusal.too_many");
  const said = SAID[error.code];
  if (said) return said(error);
  if (error.status >= 500) return t("refusal.trouble");
  if (error.code === "Invalid" && error.details.fields) return t("refusal.form");
  // The mall's own words are English.
  return locale === "en" && error.code ? error.message : t("refusal.other");
}
