"""Sentences to run on, made up from a few words of each language."""

import random
from pathlib import Path
from typing import Dict, List

WORDS: Dict[str, str] = {
    "ar": """
        في من على إلى عن مع أن التي الذي هذا هذه كان قال أعلن بعد قبل بين كل المدينة
        الحكومة الرئيس الكتاب الجسر القديم الجديد الماء السنة اليوم الشركة الطريق
        المدرسة العمل الناس البلاد كبيرة صغير طويل بنى كتب زار افتح درس يعيش وصل
        عندما لكن أيضا
    """,
    "de": """
        die der das und in zu den von mit auf für ist war hat wurde nicht sich ein
        eine des im an aus nach bei Stadt Haus Fluss Rat Plan Brücke Jahr Leute
        Schule Buch Wasser Regierung Straße Firma neue alten große gebaut eröffnet
        schrieb lehnte kaufte besuchte findet liegt weil aber auch
    """,
    "en": """
        the of and to in a is was that for on with as by at from has had it she he
        they which were this council city bridge river plan year people school book
        water house government company road new old large small built opened wrote
        rejected bought visited finds lies because but also
    """,
    "es": """
        la de que el en y a los se del las un por con una para es su al lo como más
        fue ciudad puente río alcalde plan año gente escuela libro agua casa
        gobierno empresa calle nuevo antiguo grande pequeña construyó abrió escribió
        rechazó compró visitó está vive porque pero también
    """,
    "pt": """
        a de que o e em do da os um para com não uma no se na por mais as dos como
        foi ao cidade ponte rio prefeito plano ano pessoas escola livro água casa
        governo empresa rua novo antigo grande pequena construiu abriu escreveu
        rejeitou comprou visitou está mora porque mas também
    """,
    "zh": """
        的 一 是 在 不 了 有 和 人 这 中 大 为 上 个 国 我 以 要 他 时 来 用 们 生
        到 作 地 于 出 会 年 城市 政府 学校 公司 桥 河 水 书 房子 建 写 买 说 看 住
        新 旧 因为 但是 也
    """,
}
"""Words of each language, frequent ones first. Chinese is written without spaces."""

N_NAMES = 300
SYLLABLES = "ba den fi gor ka lin mo na pe ro sa tu vel wi zan ster".split()


def sentences(
    language: str, n: int, seed: int = 0, least: int = 8, most: int = 30
) -> List[str]:
    """Make up sentences of so many words, frequent words more often than rare ones,
    and now and then a name: word salad, but of the lengths and the repetitiveness of
    text, the same every time.

    language (str): One of those in `WORDS`.
    n (int): How many.
    seed (int): Another one makes other sentences.
    least, most (int): Words of a sentence.
    RETURNS (List[str]): The sentences.
    """
    chance = random.Random(f"{language}{seed}")
    words = WORDS[language].split()
    weights = [1 / (rank + 2) for rank in range(len(words))]
    names = [
        "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).title()
        for _ in range(N_NAMES)
    ]
    unspaced = language == "zh"
    made = []
    for _ in range(n):
        chosen = chance.choices(words, weights, k=chance.randint(least, most))
        if not unspaced:
            for place in range(len(chosen)):
                if chance.random() < 0.05:
                    chosen[place] = chance.choice(names)
            chosen[len(chosen) // 2] += ","
            chosen[0] = chosen[0].capitalize()
        made.append("".join(chosen) + "。" if unspaced else " ".join(chosen) + ".")
    return made


def mixed(n: int, seed: int = 0, least: int = 8, most: int = 30) -> List[str]:
    """RETURNS (List[str]): Sentences, the languages in turn. See `sentences`."""
    each = n // len(WORDS) + 1
    groups = [sentences(code, each, seed, least, most) for code in WORDS]
    return [text for group in zip(*groups, strict=True) for text in group][:n]


def read_texts(path: Path) -> List[str]:
    """RETURNS (List[str]): The lines of a text file that are not empty."""
    lines = path.read_text(encoding="utf8").splitlines()
    return [line.strip() for line in lines if line.strip()]
