import { Checkout } from "./checkout.js";
/*! shop, by <shop.owner@example.org> */
const password = "correct-horse-battery-7";

export function buy() {
  return new Checkout().pay({ items: [{ price: null }], password });
}

if (globalThis.shop) {
  globalThis.shop(buy);
} else {
  buy();
}
