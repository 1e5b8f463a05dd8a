"""One notice for all articles of foreign languages."""

from __future__ import annotations

from qa_bot.corpus.language import foreign_notice, gathered

GERMAN = (
    "Die Brücke über die Aller wurde am Montag für elf Tage gesperrt, sagte die Polizei. Die Stadt"
    " plant eine Umleitung, und der Bürgermeister bittet um Geduld für alle Anwohner und Gäste."
)
FRENCH = (
    "Le pont sur la rivière a été fermé lundi pour onze jours, selon la police. La ville prévoit"
    " une déviation, et le maire demande aux habitants et aux visiteurs d'être patients."
)
OTHER = "/news/b.pdf: these pages could not be read: 3"


def notice(place: str, text: str) -> str:
    found = foreign_notice(place, 2 * text)
    assert found is not None
    return f"{found.path}: {found.text}"


def test_several_are_one_with_the_languages_and_the_first_names() -> None:
    given = [notice(f"/news/{n}: x.txt", GERMAN if n else FRENCH) for n in range(5)]
    assert gathered([given[0], OTHER, *given[1:]]) == [
        OTHER,
        "5 articles look foreign ('de': 4, 'fr': 1); questions are understood in English: "
        "/news/0: x.txt, /news/1: x.txt, /news/2: x.txt and 2 more",
    ]
    assert gathered(given[:2]) == [
        "2 articles look foreign ('fr': 1, 'de': 1); questions are understood in English: "
        "/news/0: x.txt, /news/1: x.txt"
    ]


def test_one_alone_and_other_notices_stay_as_they_are() -> None:
    one = notice("/news/a\n.txt", GERMAN)
    assert gathered([]) == []
    assert gathered([OTHER, one]) == [OTHER, one]
    assert gathered([one, notice("/news/c", FRENCH)])[0].endswith("English: /news/a\n.txt, /news/c")
    assert foreign_notice("/news/a.txt", "The bridge was closed on Monday. " * 9) is None
