"""Which words ask."""

from typing import List

import pytest

from spacy_xoie.doc.questions import question_bounds


def asked(text: str) -> List[str]:
    """The questions of a sentence whose words and marks have spaces between them."""
    words = text.split()
    return [" ".join(words[start:end]) for start, end in question_bounds(words)]


@pytest.mark.parametrize(
    "text",
    [
        "Did the firm buy the bank ?",
        "Hat die Firma die Bank gekauft ?",
        "¿ Compró la empresa el banco ?",
        "¿Compró la empresa el banco?",
        "公司 买下 了 银行 吗 ？",
        "هل اشترت الشركة البنك ؟",
        "Αγόρασε η εταιρεία την τράπεζα ;",
        "Αγόρασε η εταιρεία την τράπεζα \u037e",
        "Αγόρασε η εταιρεία την τράπεζα;",
        "ኩባንያው ባንኩን ገዛ ፧",
        'Did " Acme " buy the bank ?',
        "Did the firm ( Acme ) buy the bank ?",
        "Did the firm buy it ? !",
    ],
)
@pytest.mark.parametrize(
    "after", ["", '"', "”", "»", ")", "?", "!", ":-)", "😀", "[1]"]
)
def test_marks_of_questions_in_all_scripts_whatever_follows(text: str, after: str):
    assert asked(f"{text} {after}")[0].rstrip("? ") == text.rstrip("!? ")


@pytest.mark.parametrize(
    "word",
    [
        *("bank?", "bank??", "bank?!", 'bank?"', "bank?)", "bank？」", "بنك؟»"),
        *("bank?[1]", "bank?[1", "bank？[2", "bank?¹", "bank?</p", "bank?_", "bank?**"),
    ],
)
def test_marks_may_be_written_together_with_a_word(word: str):
    assert asked(f"Did they buy the {word}") == [f"Did they buy the {word}"]


@pytest.mark.parametrize("after", ["", "։", "։ »", ": 😀"])
def test_armenian_marks_the_word_that_is_asked_about(after: str):
    text = f"Ընկերությունը գնե՞ց բանկը {after}".rstrip()
    assert asked(text) == [text]


@pytest.mark.parametrize(
    "text, question",
    [
        ('" Did the firm close ? " asked the mayor .', "Did the firm close ?"),
        ("« La banque a-t-elle fermé ? » demanda Anna .", "La banque a-t-elle fermé ?"),
        ("„ Ist sie zu ? “ , fragte er .", "Ist sie zu ?"),
        ("» Ist sie zu ? « , fragte er .", "Ist sie zu ?"),
        ("「 誰 が 来た ？ 」 と 彼 は 言った 。", "誰 が 来た ？"),
        ("« من فتح الباب ؟ » سأل العمدة .", "من فتح الباب ؟"),
        ("The mayor asked : Did it close ?", "Did it close ?"),
        ('The mayor asked " Did it close ? " twice .', "Did it close ?"),
        ("La empresa cerró , ¿ lo sabías ? , y se fue .", "¿ lo sabías ?"),
        ("— Кто там ? — спросил мэр .", "— Кто там ?"),
        ("The firm closed ; did you know ?", "did you know ?"),
        ("The firm ( who owns it ? ) closed .", "who owns it ?"),
    ],
)
def test_a_question_in_a_sentence_is_not_all_of_it(text: str, question: str):
    assert asked(text) == [question]


@pytest.mark.parametrize(
    "text",
    [
        "The firm bought the bank .",
        "The firm closed ; the bank did not .",
        "Η εταιρεία έκλεισε · η τράπεζα όχι .",
        "See http://example.com/?q=a and www.example.com/? too .",
        "",
    ],
)
def test_what_asks_nothing(text: str):
    assert asked(text) == []
