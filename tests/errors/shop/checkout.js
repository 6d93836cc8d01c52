export function totalOf(basket) {
  return basket.items.reduce((sum, item) => sum + item.price.amount, 0);
}

export class Checkout {
  pay(basket) {
    const total = totalOf(basket);
    return `paid ${total}`;
  }
}
