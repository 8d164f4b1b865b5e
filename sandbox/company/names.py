"""Names as a Dutch wholesaler has them: accents, ampersands, angle brackets, quotes, inch signs, emoji."""

from __future__ import annotations

THINGS = (
    "Afwaskwast", "Bakvorm", "Citruspers", "Dienblad", "Eierdop", "Fluitketel", "Garde", "Hakmes", "IJsschep",
    "Koekenpan", "Lepelset", "Maatbeker", "Notenkraker", "Ovenschaal", "Pollepel", "Roerspatel", "Snijplank",
    "Theedoek", "Vergiet", "Wijnglas",
)  # fmt: skip
KINDS = (
    "geëmailleerd", "beukenhout", "rvs", "crème", "antiaanbak", "klein", "XL", "naturel", "matzwart",
    "extra diep", "'t Goude Lepeltje", "Küche & Co", "Café Olé", "<24 cm>", "12\" pro", "“Zilver”", "½ liter",
    "🍳 ontbijt", "5+1 gratis", "100% katoen",
)  # fmt: skip
TRADERS = (
    "Van den Berg & Zonen", "Müller Küchen GmbH", "De Groot's Keukens", "Café L'Étoile", "Bakkerij 't Hoekje",
    "Jansen <Import>", "Łódź Porcelana", "Horeca \"De Ster\"", "Ünal Handel", "Ceylon Tea 🍵 Company",
    "Brouwerij Ĳsselstein", "Nuñez y Hijos",
)  # fmt: skip
TOWNS = ("Utrecht", "'s-Hertogenbosch", "Groningen", "Súdwest-Fryslân", "Maastricht", "Zwolle")
# each has a character that breaks a URL, a filter literal, a LIKE, a CSV or an XML text
ODD_CODES = ("A&B {}", "C/D#{}", "E'F+{}", '12"-{}', "50%_{}", "<G>;{}", "É {} ï", "H\\{}?")


def item_name(number: int) -> str:
    thing = THINGS[number % len(THINGS)]
    kind = KINDS[number // len(THINGS) % len(KINDS)]
    series = number // (len(THINGS) * len(KINDS))
    return f"{thing} {kind}" + (f" serie {series}" if series else "")


def trader_name(number: int) -> str:
    branch = number // len(TRADERS)
    return TRADERS[number % len(TRADERS)] + (f" {TOWNS[branch % len(TOWNS)]} {branch}" if branch else "")


def item_code(number: int, odd: bool) -> str:
    return ODD_CODES[number // 7 % len(ODD_CODES)].format(number) if odd else f"ART-{number:05d}"


def ean13(number: int) -> str:
    """A barcode of the Dutch range with its check digit."""
    digits = f"871{number:09d}"
    odd_even = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-odd_even % 10}"
