"""Issue 5: a refusal comes with plain advice."""

from __future__ import annotations

import pytest

from load.optiply.refusals import advice


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("'jan@' is not a valid address", "e-mail address"),
        ("the reversed pair exists already in productCompositions", "bill of materials"),
        ("stockLevel: must be between -9999999 and 9999999", "correct the stock"),
        ("deliveryTime must be less than or equal to 365", "lead time of 1 to 365"),
        ("lotSize: at least 1", "1 or more at the item's supplier"),
        ("partQuantity must be greater than 0", "unit factor"),
        ("stockMeasurementUnit: at most 10 characters", "unit name of at most 10"),
        ("name: at most 255 characters", "shorten the text"),
        ("price: at least 0", "correct the price"),
        ("buyOrders 7 is still used by x 9", "hang on it"),
        ("productId: products 7 does not exist", "ledger verify --repair"),
        ("supplierProducts with this productId and supplierId exists already", "under another remote id"),
        ("placed is required", "fill in this field"),
        ("Computer says no", "ledger.refusals"),
        (None, "ledger.refusals"),
    ],
)
def test_what_is_known_is_said_with_what_to_do(words: str | None, expected: str) -> None:
    assert expected in advice(words)
