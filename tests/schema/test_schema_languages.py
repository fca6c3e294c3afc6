"""The facts of the general schema in further languages: ten sentences in each of six,
and what is peculiar to some others. The triples are as an extractor gives them."""

from typing import Tuple

import pytest
from schema_builders import Said, facts_of, schema_pipeline
from spacy.language import Language

from spacy_xoie.schema.languages import grammar
from spacy_xoie.schema.reading import make_general_schema

FACTS: Tuple[Tuple[str, Said], ...] = (
    # Dutch: separable verbs, passive with "door".
    (
        "Acquisition(Philips; de fabriek)",
        (
            "nl",
            "Philips kocht de fabriek in 2001.",
            "Philips",
            "kocht",
            "de fabriek",
            "in 2001",
        ),
    ),
    (
        "Founding(Anna; het bedrijf)",
        ("nl", "Anna richtte het bedrijf op.", "Anna", "richtte|op", "het bedrijf"),
    ),
    (
        "Founding(Anna; Shell)",
        (
            "nl",
            "Shell werd opgericht door Anna.",
            "Shell",
            "werd opgericht",
            "door Anna",
        ),
    ),
    (
        "Employment(Jan; Philips)",
        ("nl", "Jan werkt bij Philips.", "Jan", "werkt", "bij Philips"),
    ),
    ("", ("nl", "Jan werkt in Utrecht.", "Jan", "werkt", "in Utrecht")),
    (
        "BirthPlace(Piet; Delft)",
        ("nl", "Piet is geboren in Delft.", "Piet", "is geboren", "in Delft"),
    ),
    (
        "Residence(Kees; Gent)",
        ("nl", "Kees woont in Gent.", "Kees", "woont", "in Gent"),
    ),
    (
        "Authorship(Mulisch; de roman)",
        ("nl", "Mulisch schreef de roman.", "Mulisch", "schreef", "de roman"),
    ),
    (
        "",
        ("nl", "Anna kocht geen huis.", "Anna", "kocht", "geen huis"),
    ),
    (
        "",
        ("nl", "De brug werd in 1990 gebouwd.", "De brug", "werd|gebouwd", "in 1990"),
    ),
    # Italian.
    (
        "Acquisition(Fiat; lo stabilimento)",
        (
            "it",
            "Fiat ha comprato lo stabilimento.",
            "Fiat",
            "ha comprato",
            "lo stabilimento",
        ),
    ),
    (
        "Founding(Adriano; La Olivetti)",
        (
            "it",
            "La Olivetti fu fondata da Adriano.",
            "La Olivetti",
            "fu fondata",
            "da Adriano",
        ),
    ),
    (
        "BirthPlace(Dante; Firenze)",
        ("it", "Dante nacque a Firenze.", "Dante", "nacque", "a Firenze"),
    ),
    (
        "Residence(Giulia; Torino)",
        ("it", "Giulia vive a Torino.", "Giulia", "vive", "a Torino"),
    ),
    (
        "Employment(Marco; la Ferrari)",
        ("it", "Marco lavora per la Ferrari.", "Marco", "lavora", "per la Ferrari"),
    ),
    ("", ("it", "Marco lavora a Roma.", "Marco", "lavora", "a Roma")),
    (
        "Authorship(Eco; il romanzo)",
        ("it", "Eco scrisse il romanzo.", "Eco", "scrisse", "il romanzo"),
    ),
    (
        "Marriage(Sara; Paolo)",
        ("it", "Sara ha sposato Paolo.", "Sara", "ha sposato", "Paolo"),
    ),
    (
        "Leadership(Elena; la banca)",
        ("it", "Elena dirige la banca.", "Elena", "dirige", "la banca"),
    ),
    ("", ("it", "Sara non ha scoperto nulla.", "Sara", "non ha scoperto", "nulla")),
    # Russian: the agent of a passive is a bare word in the instrumental.
    (
        "Acquisition(Газпром; завод)",
        ("ru", "Газпром купил завод.", "Газпром", "купил", "завод"),
    ),
    (
        "Founding(Петром; Компания)",
        (
            "ru",
            "Компания была основана Петром.",
            "Компания",
            "была основана",
            "Петром",
        ),
    ),
    (
        "",
        (
            "ru",
            "Компания основана в 1990 году.",
            "Компания",
            "основана",
            "в 1990 году",
        ),
    ),
    (
        "BirthPlace(Анна; Москве)",
        ("ru", "Анна родилась в Москве.", "Анна", "родилась", "в Москве"),
    ),
    (
        "Employment(Иван; Газпром)",
        (
            "ru",
            "Иван работает в компании Газпром.",
            "Иван",
            "работает",
            "в компании Газпром",
        ),
    ),
    ("", ("ru", "Иван работает в Москве.", "Иван", "работает", "в Москве")),
    (
        "Authorship(Толстой; роман)",
        ("ru", "Толстой написал роман.", "Толстой", "написал", "роман"),
    ),
    (
        "Discovery(Менделеев; закон)",
        ("ru", "Менделеев открыл закон.", "Менделеев", "открыл", "закон"),
    ),
    (
        "Leadership(Ольга; институт)",
        ("ru", "Ольга возглавляет институт.", "Ольга", "возглавляет", "институт"),
    ),
    (
        "",
        ("ru", "Газпром не купил завод.", "Газпром", "не купил", "завод"),
    ),
    # Turkish: cases, a postposition for the agent, negation within the verb.
    (
        "Acquisition(Vestel; firmayı)",
        ("tr", "Vestel firmayı satın aldı.", "Vestel", "satın aldı", "firmayı"),
    ),
    ("", ("tr", "Vestel firmayı satın almadı.", "Vestel", "satın almadı", "firmayı")),
    (
        "Founding(Ahmet; şirketi)",
        ("tr", "Ahmet şirketi kurdu.", "Ahmet", "kurdu", "şirketi"),
    ),
    ("", ("tr", "Ahmet şirketi kurmadı.", "Ahmet", "kurmadı", "şirketi")),
    (
        "Founding(Ahmet; Şirket)",
        (
            "tr",
            "Şirket Ahmet tarafından kuruldu.",
            "Şirket",
            "kuruldu",
            "Ahmet tarafından",
        ),
    ),
    ("", ("tr", "Şirket 1990'da kuruldu.", "Şirket", "kuruldu", "1990'da")),
    (
        "BirthPlace(Ayşe; İzmir'de)",
        ("tr", "Ayşe İzmir'de doğdu.", "Ayşe", "doğdu", "İzmir'de"),
    ),
    (
        "Residence(Ali; Ankara'da)",
        ("tr", "Ali Ankara'da yaşıyor.", "Ali", "yaşıyor", "Ankara'da"),
    ),
    (
        "Authorship(Orhan; kitabı)",
        ("tr", "Orhan kitabı yazdı.", "Orhan", "yazdı", "kitabı"),
    ),
    (
        "Marriage(Zeynep; Murat)",
        ("tr", "Zeynep Murat ile evlendi.", "Zeynep", "evlendi", "Murat ile"),
    ),
    # Japanese: particles behind the words, negation of several characters.
    (
        "Acquisition(ソニー; 会社)",
        ("ja", "ソニーは会社を買収した。", "ソニーは", "買収した", "会社を"),
    ),
    (
        "",
        (
            "ja",
            "ソニーは会社を買収しなかった。",
            "ソニーは",
            "買収しなかった",
            "会社を",
        ),
    ),
    (
        "Founding(山田; 会社)",
        (
            "ja",
            "会社は山田によって設立された。",
            "会社は",
            "設立された",
            "山田によって",
        ),
    ),
    (
        "",
        ("ja", "会社は東京で設立された。", "会社は", "設立された", "東京で"),
    ),
    (
        "BirthPlace(田中; 京都)",
        ("ja", "田中は京都で生まれた。", "田中は", "生まれた", "京都で"),
    ),
    (
        "Residence(花子; 大阪)",
        ("ja", "花子は大阪に住んでいる。", "花子は", "住んでいる", "大阪に"),
    ),
    (
        "Employment(健; 銀行)",
        ("ja", "健は銀行で働いている。", "健は", "働いている", "銀行で"),
    ),
    (
        "Authorship(漱石; 小説)",
        ("ja", "漱石は小説を書いた。", "漱石は", "書いた", "小説を"),
    ),
    (
        "Marriage(由美; 太郎)",
        ("ja", "由美は太郎と結婚した。", "由美は", "結婚した", "太郎と"),
    ),
    (
        "Education(彩; 大学)",
        ("ja", "彩は大学を卒業した。", "彩は", "卒業した", "大学を"),
    ),
    # Finnish: cases, a passive that has no agent.
    (
        "Founding(Anna; yhtiön)",
        ("fi", "Anna perusti yhtiön.", "Anna", "perusti", "yhtiön"),
    ),
    (
        "",
        ("fi", "Yhtiö perustettiin Turussa.", "Yhtiö", "perustettiin", "Turussa"),
    ),
    (
        "",
        (
            "fi",
            "Talo rakennettiin vuonna 1990.",
            "Talo",
            "rakennettiin",
            "vuonna 1990",
        ),
    ),
    (
        "Employment(Matti; Nokialla)",
        ("fi", "Matti työskentelee Nokialla.", "Matti", "työskentelee", "Nokialla"),
    ),
    (
        "",
        ("fi", "Matti työskentelee Turussa.", "Matti", "työskentelee", "Turussa"),
    ),
    (
        "BirthPlace(Liisa; Oulussa)",
        ("fi", "Liisa syntyi Oulussa.", "Liisa", "syntyi", "Oulussa"),
    ),
    (
        "Residence(Pekka; Tampereella)",
        ("fi", "Pekka asuu Tampereella.", "Pekka", "asuu", "Tampereella"),
    ),
    ("", ("fi", "Anna ei ostanut taloa.", "Anna", "ei ostanut", "taloa")),
    ("Acquisition(Anna; talon)", ("fi", "Anna osti talon.", "Anna", "osti", "talon")),
    (
        "Authorship(Waltari; romaanin)",
        ("fi", "Waltari kirjoitti romaanin.", "Waltari", "kirjoitti", "romaanin"),
    ),
    # Others.
    (
        "Founding(Anna; Bolaget)",
        ("sv", "Bolaget grundades av Anna.", "Bolaget", "grundades", "av Anna"),
    ),
    (
        "Construction(Søren; huset)",
        ("da", "Søren byggede huset.", "Søren", "byggede", "huset"),
    ),
    (
        "Acquisition(삼성은; 회사를)",
        ("ko", "삼성은 회사를 인수했다.", "삼성은", "인수했다", "회사를"),
    ),
    (
        "BirthPlace(안나는; 서울에서)",
        ("ko", "안나는 서울에서 태어났다.", "안나는", "태어났다", "서울에서"),
    ),
    (
        "",
        (
            "ko",
            "삼성은 회사를 인수하지 않았다.",
            "삼성은",
            "인수하지 않았다",
            "회사를",
        ),
    ),
    (
        "Founding(דוד; החברה)",
        ("he", "החברה נוסדה על ידי דוד.", "החברה", "נוסדה", "על ידי דוד"),
    ),
    (
        "BirthPlace(דוד; בחיפה)",
        ("he", "דוד נולד בחיפה.", "דוד", "נולד", "בחיפה"),
    ),
    (
        "Construction(علی; این خانه)",
        (
            "fa",
            "این خانه توسط علی ساخته شد.",
            "این خانه",
            "ساخته شد",
            "توسط علی",
        ),
    ),
    (
        "Founding(Ana; tvrtku)",
        ("hr", "Ana je osnovala tvrtku.", "Ana", "je osnovala", "tvrtku"),
    ),
    (
        "Founding(Ane; Tvrtka)",
        (
            "hr",
            "Tvrtka je osnovana od strane Ane.",
            "Tvrtka",
            "je osnovana",
            "od strane Ane",
        ),
    ),
    (
        "BirthPlace(Марко; Нишу)",
        ("sr", "Марко је рођен у Нишу.", "Марко", "је рођен", "у Нишу"),
    ),
    (
        "Founding(Budi; Perusahaan itu)",
        (
            "id",
            "Perusahaan itu didirikan oleh Budi.",
            "Perusahaan itu",
            "didirikan",
            "oleh Budi",
        ),
    ),
    ("Founding(Jonas; įmonę)", ("lt", "Jonas įkūrė įmonę.", "Jonas", "įkūrė", "įmonę")),
    ("", ("lt", "Įmonė įkurta 1990 metais.", "Įmonė", "įkurta", "1990 metais")),
    (
        "Founding(Η Ελένη; την εταιρεία)",
        (
            "el",
            "Η Ελένη ίδρυσε την εταιρεία.",
            "Η Ελένη",
            "ίδρυσε",
            "την εταιρεία",
        ),
    ),
    (
        "Discovery(นิวตัน; กฎ)",
        ("th", "นิวตันค้นพบกฎ", "นิวตัน", "ค้นพบ", "กฎ"),
    ),
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return schema_pipeline()


@pytest.mark.parametrize("expected, said", FACTS, ids=[said[1] for _, said in FACTS])
def test_facts(nlp: Language, expected: str, said: Said) -> None:
    doc = facts_of(nlp, said)
    assert [str(fact) for fact in doc._.facts] == ([expected] if expected else [])


def test_every_cue_can_be_found_by_itself() -> None:
    """No language has a relation whose cues are of the wrong form."""
    schema = make_general_schema()
    assert len(schema.languages) == 38
    for language in schema.languages:
        grammar(language)
        relations = [
            name
            for name, relation in schema.relations.items()
            if language in relation.cues
        ]
        assert len(relations) >= 8, language
