"""Sums of money, exact: the default context of `decimal` rounds to 28 digits."""

from collections.abc import Iterable
from decimal import Context, Decimal

EXACT = Context(prec=80)
"""Room for amounts below 10^12 with 30 decimals, however many."""


def add_money(amounts: Iterable[Decimal]) -> Decimal:
    """The sum, to the last digit."""
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


class MoneySum:
    """An aggregate for SQLite, which has no decimal numbers: decimal texts to the text of their sum."""

    def __init__(self) -> None:
        self._total: Decimal | None = None

    def step(self, amount: str | None) -> None:
        """One more; nothing for null."""
        if amount is not None:
            self._total = EXACT.add(self._total or Decimal(0), Decimal(amount))

    def finalize(self) -> str | None:
        """The sum, null of nothing."""
        return None if self._total is None else format(self._total, "f")
