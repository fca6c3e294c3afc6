"""Arabic trees that cannot be: what the forms of nouns and verbs make of them."""

import pytest
from syntax_builders import facts

CASES = {
    "two nouns with articles are no phrase": (
        "باع/VERB/0/root المزارع/NOUN/1/obj الأرض/NOUN/2/nmod ./PUNCT/1/punct",
        {"المزارع | باع | الأرض"},
    ),
    "nor are they with what follows": (
        "تصدر/VERB/0/root الشركة/NOUN/1/nsubj الزيت/NOUN/2/nmod إلى/ADP/5/case "
        "تونس/PROPN/2/nmod ./PUNCT/1/punct",
        {"الشركة | تصدر | الزيت | إلى تونس"},
    ),
    "an adjective that does not agree is an object": (
        "أغلق/VERB/0/root الحارس/NOUN/1/nsubj البوابة/ADJ/2/amod ./PUNCT/1/punct",
        {"الحارس | أغلق | البوابة"},
    ),
    "one that agrees is none": (
        "فازت/VERB/0/root الكاتبة/NOUN/1/nsubj الشابة/ADJ/2/amod "
        "بالجائزة/NOUN/1/obl ./PUNCT/1/punct",
        {"الكاتبة الشابة | فازت | بالجائزة"},
    ),
    "nor is one of a plural": (
        "وصلت/VERB/0/root السفن/NOUN/1/nsubj الكبيرة/ADJ/2/amod إلى/ADP/5/case "
        "الميناء/NOUN/1/obl",
        {"السفن الكبيرة | وصلت | إلى الميناء"},
    ),
    "a genitive stays": (
        "وصل/VERB/0/root مدير/NOUN/1/nsubj الشركة/NOUN/2/nmod إلى/ADP/5/case "
        "دبي/PROPN/1/obl",
        {"مدير الشركة | وصل | إلى دبي"},
    ),
    "a noun without an article behind one with it": (
        "ألفت/VERB/0/root الكاتبة/NOUN/1/nsubj رواية/NOUN/2/nmod ./PUNCT/1/punct",
        {"الكاتبة | ألفت | رواية"},
    ),
    "a verb that is tagged as a noun": (
        "فتح/NOUN/0/root الطفل/NOUN/1/nmod الباب/NOUN/2/nmod ./PUNCT/1/punct",
        {"الطفل | فتح | الباب"},
    ),
    "a verb behind a negation": (
        "لم/PART/2/advmod تدفع/NOUN/0/root الشركة/NOUN/2/obj الضرائب/NOUN/3/nmod",
        {"الشركة | لم تدفع | الضرائب"},
    ),
    "what is joined to a verb is one": (
        "دخل/VERB/0/root اللص/NOUN/1/nsubj المنزل/NOUN/1/obj وسرق/NOUN/1/conj "
        "المجوهرات/NOUN/4/nmod",
        {"اللص | دخل | المنزل", "اللص | وسرق | المجوهرات"},
    ),
    "a masculine verb has no feminine subject": (
        "شرب/VERB/0/root القهوة/NOUN/1/nsubj في/ADP/4/case المطبخ/NOUN/1/obl",
        {" | شرب | القهوة | في المطبخ"},
    ),
    "a verb with its object has a subject behind it": (
        "دمر/VERB/0/root القرية/NOUN/1/obj ثم/CCONJ/4/cc هدمها/VERB/1/conj "
        "زلزال/NOUN/4/obj عام/NOUN/4/obl:tmod 1759/NUM/6/nmod",
        {" | دمر | القرية", "زلزال | هدمها | عام 1759"},
    ),
    "a plural verb has its subject before it": (
        "اعترف/VERB/0/root الرجال/NOUN/1/nsubj بأنهم/SCONJ/4/mark سرقوا/VERB/1/ccomp "
        "البنك/NOUN/4/nsubj",
        {"الرجال | اعترف | بأنهم سرقوا البنك", "بأنهم | سرقوا | البنك"},
    ),
    "what follows that belongs to its clause": (
        "قالت/VERB/0/root الوزيرة/NOUN/1/nsubj إن/ADP/2/flat المدارس/NOUN/2/nmod "
        "ستفتح/VERB/1/ccomp في/ADP/7/case مايو/PROPN/5/obl",
        {"الوزيرة | قالت | المدارس ستفتح في مايو", "المدارس | ستفتح | في مايو"},
    ),
    "when something happens is said of the verb": (
        "وقع/VERB/0/root الوزير/NOUN/1/nsubj العقد/NOUN/1/obj في/ADP/5/case "
        "جنيف/PROPN/1/obl عام/NOUN/5/nmod 2012/NUM/6/nmod",
        {"الوزير | وقع | العقد | في جنيف | عام 2012"},
    ),
    "a relative clause without a pronoun for its noun": (
        "الشركة/NOUN/5/nsubj التي/PRON/3/obj تملك/VERB/1/acl:relcl "
        "المصنع/NOUN/3/nsubj خسرت/VERB/0/root المال/NOUN/5/obj",
        {"الشركة | تملك | المصنع", "الشركة | خسرت | المال"},
    ),
    "a relative clause with one": (
        "الجسر/NOUN/5/nsubj الذي/PRON/3/obj شيدته/VERB/1/acl:relcl "
        "الشركة/NOUN/3/nsubj فقد/VERB/0/root الدعامة/NOUN/5/obj",
        {"الشركة | شيدته | الجسر", "الجسر | فقد | الدعامة"},
    ),
    "an approximate number": (
        "يعيش/VERB/0/root في/ADP/3/case المدينة/NOUN/1/obl ما/PRON/1/obl "
        "يقرب/VERB/1/ccomp من/ADP/8/case مليون/NUM/8/nummod نسمة/NOUN/5/obj",
        {"ما يقرب من مليون نسمة | يعيش | في المدينة"},
    ),
    "a sentence without a verb": (
        "القاهرة/PROPN/0/root عاصمة/NOUN/1/nmod مصر/PROPN/2/nmod ./PUNCT/1/punct",
        {"القاهرة | عاصمة | مصر"},
    ),
    "a place as its predicate": (
        "الكتاب/NOUN/0/root على/ADP/3/case الطاولة/NOUN/1/nmod ./PUNCT/1/punct",
        {"الكتاب | على | الطاولة"},
    ),
    "with a pronoun that trees take for a mark": (
        "الرباط/NOUN/3/nsubj هي/PUNCT/1/punct عاصمة/NOUN/0/root المغرب/PROPN/3/nmod "
        "./PUNCT/3/punct",
        {"الرباط | هي | عاصمة المغرب"},
    ),
    "with what negates it": (
        "ليس/AUX/2/cop المدير/NOUN/0/root في/ADP/4/case مكتبه/NOUN/2/nmod "
        "./PUNCT/2/punct",
        {"المدير | ليس | في مكتبه"},
    ),
    "a heading is no sentence": (
        "الحرب/NOUN/0/root في/ADP/3/case الجنوب/NOUN/1/nmod",
        set(),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_form_decides(name: str) -> None:
    tree, expected = CASES[name]
    assert facts("ar", tree) == expected
