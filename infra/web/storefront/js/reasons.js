// Why a trade or payment is over, and why something is not possible now.
import { t } from "./page.js";

const SAID = {
  SoldOut: () => t("over.sold_out"), LimitReached: () => t("over.limit"), expired: () => t("over.expired"), cancelled: () => t("over.cancelled"), buyer: () => t("over.cancelled"),
  WalletTooLow: () => t("over.wallet"), WalletLimitReached: () => t("over.wallet"),
};

/** One sentence, for a reason as the mall names it. */
export const namedReason = (reason) => SAID[reason]?.() ?? t("over.other");

const REASON = {
  placing: () => t("reason.placing"), not_paid: () => t("reason.not_paid"), not_shipped: () => t("reason.not_shipped"), cancelling: () => t("reason.cancelling"), cancelled: () => t("reason.cancelled"),
  partially_shipped: () => t("reason.shipped"), shipped: () => t("reason.shipped"), completed: () => t("reason.completed"), closed: () => t("reason.closed"), part_of_trade: () => t("reason.part_of_trade"),
  postponed_before: () => t("reason.postponed_before"), agreed: () => t("reason.agreed"), aftersale_open: () => t("reason.aftersale"), nothing_paid: () => t("reason.nothing_paid"),
  requested_before: () => t("reason.requested_before"), deadline_over: () => t("reason.deadline_over"), stock_not_held: () => t("reason.stock_not_held"), too_late: () => t("reason.too_late"), not_later: () => t("reason.not_later"),
};

/** Why an order does not allow something, for a reason as the mall names it; "" for one that is not known here. */
export const reasonText = (reason) => REASON[reason]?.() ?? "";
