"""Texts: those that come with the program, and a user's own files."""

import json
import pathlib

from rater_bundle.mistake import UserMistake
from rater_bundle.original import ChunkTokenizer

# Written for this program. Different in length, manner and script, so that a graph that treats
# short chunks, punctuation or other alphabets differently shows it.
BUILT_IN = (
    "Water boils at a lower temperature on a mountain.",
    "ok so i tried the new cafe by the station today?? coffee was fine i guess, 3 euro 20 for a"
    " small one is a bit much lol. the cake was good tho. will go again maybe if it rains",
    "A lever is a rigid bar that turns about a fixed point, the fulcrum. When a force acts far from"
    " the fulcrum, it balances a larger force that acts near it, because what matters is the product"
    " of force and distance. A child can lift a grown-up on a seesaw in this way, provided the child"
    " sits far enough from the middle. Nothing is gained in work: the child's end travels a longer"
    " way than the other, in the same proportion in which the force is smaller.",
    "def mean(values):\n    \"\"\"The arithmetic mean of a list of numbers.\"\"\"\n    if not"
    " values:\n        raise ValueError('no values')\n    return sum(values) / len(values)\n\n\n"
    "print(mean([2, 3, 5, 7, 11]))  # 5.6\n",
    "Der Zug nach Köln fährt heute von Gleis 4 ab; die Ankunft verschiebt sich um etwa zwölf Minuten."
    " Le prochain train s'arrête à toutes les gares. Следующая станция закрыта на ремонт. 次の駅で"
    "お乗り換えください。 🚆",
    "BUY NOW!!! Best prices best prices best prices. Click here click here click here. Cheap watches,"
    " cheap shoes, cheap tickets. Home | About | Contact | Terms | Home | About | Contact | Terms",
    "Let f be continuous on [a, b] with f(a) < 0 < f(b). Let s be the supremum of all x in [a, b]"
    " with f(x) < 0. If f(s) were negative, then f would be negative on a neighbourhood of s, and s"
    " would not be an upper bound; if f(s) were positive, then f would be positive on a neighbourhood"
    " to the left of s, and a smaller upper bound would exist. Hence f(s) = 0. The argument fails for"
    " functions on the rational numbers, where the supremum need not exist.",
    "Ingredients: 500 g flour, 320 ml water, 10 g salt, 3 g dry yeast.\n\n1. Mix everything and let it"
    " rest for half an hour.\n2. Fold the dough four times, then wait until it has doubled.\n3. Shape"
    " it, let it rise for forty minutes, and bake it at 230 degrees until it sounds hollow.\n\nThe"
    " bread keeps for three days in a cloth and longer in a freezer.",
    "The keeper wound the clock of the lighthouse every evening, although nobody had asked her to for"
    " eleven years. Ships now found their way by other means. But the clock turned the lens, the lens"
    " threw its beam over the bay, and in the village a few people who could not sleep counted the"
    " seconds between one sweep of light and the next, and were comforted without knowing by whom.",
)


def long_text(tokenizer: ChunkTokenizer) -> str:
    """The built-in texts one after another, again and again, until they fill over two chunks."""
    parts = []
    tokens = 0
    while tokens <= 2.3 * tokenizer.stride:
        parts.append(BUILT_IN[(2 * len(parts)) % len(BUILT_IN)])
        tokens += sum(weight for _, weight in tokenizer.chunks(parts[-1] + "\n\n"))
    return "\n\n".join(parts)


def built_in_sample(tokenizer: ChunkTokenizer) -> list[str]:
    """The built-in texts, their halves, and the long one."""
    texts = list(BUILT_IN)
    for text in BUILT_IN:
        words = text.split(" ")
        texts += [" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])]
    return [*texts, long_text(tokenizer)]


def read_texts(file: pathlib.Path) -> list[str]:
    """The texts in a file of JSON lines, `{"text": ...}` each."""
    texts = []
    try:
        with open(file, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    texts.append(json.loads(line)["text"])
                    if not isinstance(texts[-1], str) or not texts[-1].strip():
                        raise ValueError("its text is empty")
    except OSError as error:
        raise UserMistake(f"{file}: cannot be read ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserMistake(
            f'{file}, line {number}: not a JSON object with a text, such as {{"text": "..."}} ({error}).'
        ) from error
    if not texts:
        raise UserMistake(f"{file} has no texts.")
    return texts
