"""X12: Exact's common refusals in plain words, with what to do."""

from __future__ import annotations

import pytest

from load.exact.refusals import explain, explanations, in_plain_words


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("Geen inkoopprijs gevonden: A-1", "no purchase price"),
        ("No purchase price found", "no purchase price"),
        ("Artikel is geen inkoopartikel: A-1", "not a purchase item"),
        ("Artikel is niet actief: A-1", "no longer active"),
        ("Artikel is toekomstig: A-1", "not active yet"),
        ("Artikel en magazijn zijn niet gekoppeld: A-1", "not linked to the warehouse"),
        ("Artikel en leverancier zijn niet gekoppeld: A-1", "not linked to the item"),
        ("Geblokkeerd: BTW-code - 4", "VAT code"),
        ("Geblokkeerd: Leverancier - 12", "supplier is blocked"),
        ("Niet gevonden: Leverancier - abc", "does not know the supplier"),
        ("Niet gevonden: Artikel - abc", "does not know an item"),
        ("Ongeldig: Leverancier is geen geldige GUID", "does not know the supplier"),
        ("Bestaat reeds: Ordernummer - 12", "order with this number"),
        ("Bestaat reeds: Uw referentie", "holds such an order"),
        ("Aantal moet een geheel getal zijn: A-1", "whole purchase units"),
        ("Verplicht: Leverancier", "a field that Exact needs"),
    ],
)
def test_each_common_refusal_is_explained(words: str, cause: str) -> None:
    """X12."""
    explanation = explain(words)
    assert explanation is not None
    plain = cause.replace("no purchase price", "Exact has no purchase price")
    assert plain in explanation.cause
    assert in_plain_words(words).startswith(words) and explanation.remedy in in_plain_words(words)


@pytest.mark.parametrize("words", ["Bestaat reeds: Ordernummer - 12", "Already exists: Your ref."])
def test_what_exists_already_is_looked_up_before_it_is_a_refusal(words: str) -> None:
    explanation = explain(words)
    assert explanation is not None and explanation.is_existing


def test_unknown_words_speak_for_themselves() -> None:
    assert explain("Iets heel anders") is None
    assert in_plain_words("Iets heel anders") == "Iets heel anders"


def test_only_existing_records_are_looked_up() -> None:
    assert [each.is_existing for each in explanations()].count(True) == 2
