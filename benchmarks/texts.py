"""Sentences to run on, made up from a few words of each language."""

import random
from typing import Dict, List

WORDS: Dict[str, str] = {
    "ar": "المدينة الحكومة أعلن كتاب جديد في من على قال الرئيس يوم سنة بنى الجسر طويل",
    "de": "die Stadt hat das neue Haus am Fluss gebaut und der Rat lehnte den Plan ab",
    "en": "the council has built a new bridge over the river and she said it works",
    "es": "la ciudad construyó un puente nuevo sobre el río y el alcalde dijo que sí",
    "pt": "a cidade construiu uma ponte nova sobre o rio e o prefeito disse que sim",
    "zh": "这 座 城 市 在 河 上 建 了 一 新 桥 市 长 说 它 很 好 人 们 把 书 交 给 他",
}


def sentences(language: str, n: int, seed: int = 0) -> List[str]:
    """RETURNS (List[str]): `n` sentences of 8 to 30 words, the same every time."""
    chance = random.Random(f"{language}{seed}")
    words = WORDS[language].split()
    joint, stop = ("", "。") if language == "zh" else (" ", ".")
    return [
        joint.join(chance.choices(words, k=chance.randint(8, 30))) + stop
        for _ in range(n)
    ]


def mixed(n: int, seed: int = 0) -> List[str]:
    """RETURNS (List[str]): `n` sentences, the languages in turn."""
    by_language = [sentences(code, n // len(WORDS) + 1, seed) for code in WORDS]
    return [text for group in zip(*by_language, strict=True) for text in group][:n]
