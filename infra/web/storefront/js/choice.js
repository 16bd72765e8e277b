// Which variant the chosen options name, and which options can still be combined.

/** The variant of exactly these options; undefined while some are not chosen, or where it is not made. */
export const variant = (skus, chosen, codes) =>
  codes.every((code) => chosen[code]) ? skus.find((sku) => codes.every((code) => sku.options[code] === chosen[code])) : undefined;

/** The variants that `value` of the option `code` leaves, with what is chosen of the other options. */
export const left = (skus, chosen, code, value) =>
  skus.filter((sku) => sku.options[code] === value && Object.entries(chosen).every(([other, wanted]) => other === code || !wanted || sku.options[other] === wanted));
