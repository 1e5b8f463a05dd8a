"""How a tokenizer joins a question and a passage into one model input.

BERT writes ``[CLS] question [SEP] passage [SEP]``, RoBERTa and MPNet write
``<s> question </s></s> passage </s>``. The tokenizer itself knows which (its
post-processor), so it is asked, not guessed from the model's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from tokenizers import Encoding, Tokenizer

from qa_bot.errors import ModelError

_MEND = (
    "save the checkpoint's own tokenizer beside it once more (tokenizer.save_pretrained), "
    'or set reader = "default"'
)


@dataclass(frozen=True, slots=True)
class PairFormat:
    """Special tokens around a question and a passage, as ids.

    The input is ``before + question + between + passage + after``; the first token of
    ``before`` is the one that says "no answer" (its start and end logits). ``pad``
    fills rows of a batch. ``typed``: token types are 0 up to and with ``between`` and 1
    from there on; otherwise they are all 0 and no input of the model.
    """

    before: tuple[int, ...]
    between: tuple[int, ...]
    after: tuple[int, ...]
    pad: int = 0
    typed: bool = True

    @property
    def added(self) -> int:
        """How many special tokens there are."""
        return len(self.before) + len(self.between) + len(self.after)

    @classmethod
    def of(cls, tokenizer: Tokenizer, *, pad: int = 0) -> Self:
        """The format that ``tokenizer`` itself uses for a pair.

        Raises:
            ModelError: it puts no special token before, between or after the two, or
                types them in some other way.
        """
        pair = tokenizer.encode("a", "a")
        first, second = _places(pair, 0), _places(pair, 1)
        ids, types = tuple(pair.ids), pair.type_ids
        found = f"“a” and “a” become {pair.tokens} with types {types}"
        expected = "a special token before the question, between the two, and after the passage"
        if not first or not second or first.stop > second.start:
            raise _unusable(expected, found)
        made = cls(
            before=ids[: first.start],
            between=ids[first.stop : second.start],
            after=ids[second.stop :],
            pad=pad,
            typed=any(types),
        )
        if not (made.before and made.between and made.after):
            raise _unusable(expected, found)
        if made.typed and types != [int(place >= second.start) for place in range(len(ids))]:
            raise _unusable("token type 0 for the question's part, 1 for the passage's", found)
        return made

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_record`."""
        return cls(
            before=tuple(record["before"]),
            between=tuple(record["between"]),
            after=tuple(record["after"]),
            pad=int(record["pad"]),
            typed=bool(record["typed"]),
        )

    def to_record(self) -> dict[str, Any]:
        """For a card, as JSON."""
        return {
            "before": list(self.before),
            "between": list(self.between),
            "after": list(self.after),
            "pad": self.pad,
            "typed": self.typed,
        }


def _places(pair: Encoding, part: int) -> range:
    """Positions of the tokens of one of the two texts."""
    places = [place for place, owner in enumerate(pair.sequence_ids) if owner == part]
    return range(places[0], places[-1] + 1) if places else range(0)


def _unusable(expected: str, found: str) -> ModelError:
    return ModelError(
        "a reader's tokenizer does not join a question and a passage in a known way",
        expected=expected,
        found=found,
        mend=_MEND,
    )
