// The part of the page that fails: its frames are what a source map must bring back.
export class Checkout {
  constructor(basket) {
    this.basket = basket;
  }

  payForBasket() {
    return this.basket.items.map((item) => item.price.amount);
  }
}
