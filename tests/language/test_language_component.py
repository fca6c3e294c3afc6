import pickle
import sys

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span, SpanGroup
from spacy.util import ignore_error, registry

from spacy_xoie.doc.languages import (
    SPAN_KEY,
    best_language,
    document_language,
    document_scores,
    install_extensions,
    sentence_scores,
    set_language,
)
from spacy_xoie.errors import ConfigError, DataError, NotReadyError
from spacy_xoie.language.component import in_context
from spacy_xoie.language.detectors import DEFAULT_LANGUAGES

GERMAN = "Hast du das Buch gelesen? Ja. Es war gut. 123!"
MIXED = (
    "The minister arrived late. El gato duerme en la casa. "
    "He did not speak to the press on Monday."
)
EXTENSIONS = [(Doc, "language"), (Doc, "language_scores")]
EXTENSIONS += [(Span, "language"), (Span, "language_scores")]


@registry.misc("xoie_test.FixedDetector.v1")
def make_fixed_detector():
    """A detector that makes the number of its calls and its errors visible."""

    def detect(texts):
        detect.calls += 1
        if any("fail" in text for text in texts):
            raise ValueError("the detector failed")
        return [{"de": 0.75, "en": 0.25} if text.strip() else {} for text in texts]

    detect.calls = 0
    return detect


SEVEN = {
    "@misc": "spacy-xoie.LangidDetector.v1",
    "languages": ["en", "es", "pt", "de", "fr", "zh", "ar"],
}
FIXED = {"detector": {"@misc": "xoie_test.FixedDetector.v1"}}


@pytest.fixture(autouse=True)
def clean_extensions():
    """Our extensions are there again after tests that put others in their place."""
    yield
    for cls, name in EXTENSIONS:
        if cls.has_extension(name):
            cls.remove_extension(name)
    install_extensions()


def make_nlp(**config):
    nlp = spacy.blank("xx")
    config = {"detector": SEVEN, **config}
    nlp.add_pipe("xoie_lang", config=config)
    return nlp


@pytest.fixture
def nlp():
    return make_nlp()


def languages_of(doc):
    return [span.label_ for span in doc.spans[SPAN_KEY]]


# Detection


def test_short_sentences_take_on_the_language_of_their_doc(nlp):
    assert nlp("Ja.")._.language != "de"
    doc = nlp(GERMAN)
    assert doc._.language == "de"
    assert languages_of(doc) == ["de", "de", "de", "de"]
    assert [sent._.language for sent in doc.spans[SPAN_KEY]] == ["de"] * 4
    # without a letter there is no evidence but the doc's
    assert doc.spans[SPAN_KEY][3]._.language_scores["de"] > 0.9


def test_a_word_among_all_languages_takes_on_that_of_its_doc():
    nlp = spacy.blank("xx")
    nlp.add_pipe("xoie_lang")
    assert languages_of(nlp(GERMAN)) == ["de", "de", "de", "de"]


def test_sentences_in_another_language_keep_it(nlp):
    doc = nlp(MIXED)
    assert doc._.language == "en"
    assert languages_of(doc) == ["en", "es", "en"]
    gato = doc[6:7]
    assert gato.text == "gato"
    assert gato._.language == "es"
    # the scores of the doc tell how much of it is in each language
    assert doc._.language_scores["es"] == pytest.approx(26 / len(doc.text), abs=0.05)
    assert next(iter(gato._.language_scores)) == "es"


def test_sentences_in_an_unknown_script_stay_undetermined(nlp):
    doc = nlp("The minister arrived late. Привет мир! He did not speak.")
    assert languages_of(doc) == ["en", "und", "en"]
    assert doc[6:7]._.language_scores == {"und": 1.0}


def test_short_sentences_of_a_refused_doc_are_refused(nlp):
    assert nlp("Tak. To dobrze.")._.language != "pl"
    doc = nlp("Moja siostra mieszka w małym mieście nad morzem. Tak. To jest dobrze.")
    assert doc._.language == "und"
    assert languages_of(doc) == ["und", "und", "und"]


def test_a_refused_sentence_in_a_doc(nlp):
    doc = nlp(
        "The minister arrived late. Moja siostra mieszka w małym mieście nad morzem. "
        "He did not speak to the press on Monday. Nobody knew why."
    )
    assert doc._.language == "en"
    assert languages_of(doc) == ["en", "und", "en", "en"]
    assert 0.2 < doc._.language_scores["und"] < 0.5


def test_words_without_kana_follow_their_doc():
    tokenizer = {"@tokenizers": "spacy-xoie.MultilingualTokenizer.v1"}
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": tokenizer}})
    nlp.add_pipe("xoie_lang")
    assert nlp("東京都。")._.language == "zh"
    doc = nlp("子供たちは学校の前で遊んでいる。東京都。母はそれを見ていた。")
    assert languages_of(doc) == ["ja", "ja", "ja"]


def test_sentences_are_not_annotated_on_the_way(nlp):
    doc = nlp(MIXED)
    assert not doc.has_annotation("SENT_START")


def test_sentence_annotation_is_used(nlp):
    doc = nlp.make_doc("El gato duerme en la casa He did not speak")
    for token in doc:
        token.is_sent_start = token.i in (0, 6)
    assert languages_of(nlp(doc)) == ["es", "en"]


def test_without_sentences():
    doc = make_nlp(sentences=False)(MIXED)
    assert languages_of(doc) == ["en"]
    assert sentence_scores(doc, 6, 8) == doc._.language_scores


def test_without_context():
    doc = make_nlp(context=0.0)(GERMAN)
    assert languages_of(doc)[1] != "de"


@pytest.mark.parametrize("text", ["", " ", "\n\n", "42", "!!! ...", "👍🏽"])
def test_texts_without_a_language(nlp, text):
    doc = nlp(text)
    assert doc._.language == document_language(doc) == "und"
    assert doc._.language_scores == {}
    assert set(languages_of(doc)) <= {"und"}
    restored = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert restored._.language == "und"


def test_threshold():
    doc = make_nlp(threshold=0.8, **FIXED)("Guten Tag.")
    assert doc._.language == "und"
    assert languages_of(doc) == ["und"]
    assert doc._.language_scores == {"de": 0.75, "en": 0.25}
    assert make_nlp(threshold=0.7, **FIXED)("Guten Tag.")._.language == "de"


def test_best_language():
    assert best_language({"de": 0.6, "en": 0.4}) == "de"
    assert best_language({"de": 0.5, "en": 0.5}) == "und"
    assert best_language({}) == "und"
    assert best_language({"und": 0.4, "de": 0.35, "en": 0.25}) == "de"
    assert best_language({"und": 0.5, "de": 0.5}) == "und"


def test_context_is_a_limited_prior():
    doc = {"de": 1.0}
    weak = in_context({"pt": 0.4, "de": 0.3, "en": 0.3}, doc, 5.0)
    assert next(iter(weak)) == "de"
    strong = in_context({"pt": 0.9, "de": 0.1}, doc, 5.0)
    assert next(iter(strong)) == "pt"
    assert sum(strong.values()) == pytest.approx(1.0)
    assert in_context({"pt": 0.4, "de": 0.6}, doc, 0.0) == {"de": 0.6, "pt": 0.4}
    assert in_context({}, doc, 5.0) == {}


# The pipeline


def test_default_config_and_analysis(nlp):
    default = spacy.blank("xx")
    default.add_pipe("xoie_lang")
    config = default.get_pipe_config("xoie_lang")
    assert list(config["detector"]["languages"]) == list(DEFAULT_LANGUAGES)
    assert "doc._.language" in nlp.get_pipe_meta("xoie_lang").assigns


@pytest.mark.parametrize(
    "config,message",
    [
        ({"threshold": 1.5}, "threshold .* 1.5"),
        ({"context": -1.0}, "context .* -1.0"),
    ],
)
def test_bad_config(config, message):
    with pytest.raises(ConfigError, match=message):
        make_nlp(**config)


def test_bad_detector(nlp):
    nlp.get_pipe("xoie_lang").detector = lambda texts: []
    with pytest.raises(ConfigError, match="returned 0"):
        nlp("Hello")


def test_predict_does_not_change_docs(nlp):
    doc = nlp.make_doc(MIXED)
    before = doc.to_bytes()
    nlp.get_pipe("xoie_lang").predict([doc])
    assert doc.to_bytes() == before


def test_pipe_gives_the_same_in_few_calls():
    nlp = make_nlp(**FIXED)
    texts = ["Guten Tag. Hallo.", "", "Ja."] * 4
    singly = [nlp(text) for text in texts]
    detector = nlp.get_pipe("xoie_lang").detector
    detector.calls = 0
    docs = list(nlp.pipe(texts, batch_size=6))
    assert detector.calls == 2
    assert [doc.to_bytes() for doc in docs] == [doc.to_bytes() for doc in singly]


def test_pipe_streams(nlp):
    def endless():
        while True:
            yield nlp.make_doc("Guten Tag.")

    stream = nlp.get_pipe("xoie_lang").pipe(endless(), batch_size=2)
    assert next(stream)._.language == "de"


def test_error_handler():
    nlp = make_nlp(**FIXED)
    texts = ["eins", "fail", "zwei", "drei"]
    with pytest.raises(ValueError, match="the detector failed"):
        list(nlp.pipe(texts))
    failed = []
    component = nlp.get_pipe("xoie_lang")
    component.set_error_handler(lambda name, proc, docs, e: failed.append((name, docs)))
    docs = list(component.pipe(map(nlp.make_doc, texts), batch_size=2))
    assert [doc.text for doc in docs] == ["eins", "zwei", "drei"]
    assert [(name, [doc.text for doc in docs]) for name, docs in failed] == [
        ("xoie_lang", ["fail"])
    ]
    nlp.set_error_handler(ignore_error)
    assert SPAN_KEY not in nlp("fail").spans


@pytest.mark.parametrize("way", ["bytes", "disk", "pickle"])
def test_serialisation(way, tmp_path):
    nlp = make_nlp(threshold=0.99, **FIXED)
    if way == "bytes":
        other = make_nlp(threshold=0.99, **FIXED).from_bytes(nlp.to_bytes())
    elif way == "disk":
        nlp.to_disk(tmp_path)
        other = spacy.load(tmp_path)
    else:
        nlp = make_nlp(threshold=0.99)
        other = pickle.loads(pickle.dumps(nlp))
    assert other.get_pipe("xoie_lang").threshold == 0.99
    assert other(MIXED)._.language_scores == nlp(MIXED)._.language_scores


def test_languages_survive_in_the_config(tmp_path):
    nlp = make_nlp(
        detector={"@misc": "spacy-xoie.LangidDetector.v1", "languages": ["fr", "it"]}
    )
    nlp.to_disk(tmp_path)
    other = spacy.load(tmp_path)
    assert other("Le chat dort dans la maison.")._.language == "fr"
    make_nlp().to_disk(tmp_path)
    assert spacy.load(tmp_path)(GERMAN)._.language == "de"


# The store


@pytest.mark.parametrize("way", ["bytes", "docbin", "docbin_bare", "copy", "json"])
def test_languages_survive_serialisation(nlp, way):
    doc = nlp(MIXED)
    if way == "bytes":
        other = Doc(nlp.vocab).from_bytes(doc.to_bytes(exclude=["user_data"]))
    elif way.startswith("docbin"):
        bare = way == "docbin_bare"
        data = DocBin(docs=[doc], store_user_data=not bare).to_bytes()
        (other,) = DocBin().from_bytes(data).get_docs(nlp.vocab)
    elif way == "copy":
        other = doc.copy()
    else:
        other = Doc(nlp.vocab).from_json(doc.to_json())
    assert other._.language == "en"
    assert languages_of(other) == ["en", "es", "en"]
    assert other[6:7]._.language == "es"
    if way != "json":  # which keeps labels only
        assert other._.language_scores == doc._.language_scores
        assert sentence_scores(other, 6, 8) == sentence_scores(doc, 6, 8)


@pytest.mark.skipif(sys.platform == "win32", reason="slow where processes spawn")
def test_multiprocessing(nlp):
    texts = [GERMAN, MIXED, "", "42"]
    docs = list(nlp.pipe(texts, n_process=2, batch_size=1))
    assert [doc._.language for doc in docs] == ["de", "en", "und", "und"]
    assert docs[1]._.language_scores == nlp(MIXED)._.language_scores
    assert docs[1][6:7]._.language == "es"


def test_merged_docs_keep_their_languages(nlp):
    doc = Doc.from_docs([nlp(GERMAN), nlp(MIXED)])
    assert languages_of(doc) == ["de"] * 4 + ["en", "es", "en"]
    assert doc[0:1]._.language_scores == {"de": 1.0}
    assert doc._.language == "en"  # by the length of its parts
    assert set(doc._.language_scores) == {"de", "en", "es"}
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:15])
    with pytest.raises(DataError, match="retokenised"):
        document_scores(doc)


def test_retokenised_docs(nlp):
    doc = nlp(MIXED)
    expected = sentence_scores(doc, 6, 8)
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:5])
        retokenizer.merge(doc[12:17])
    assert doc[2].text == "gato"
    assert doc[2:3]._.language == "es"
    assert sentence_scores(doc, 2, 4) == expected
    assert doc[len(doc) - 1 :]._.language == "en"
    doc[2:3]._.language = "pt"
    assert languages_of(doc) == ["en", "pt", "en"]


def test_scores_across_sentences_are_a_mean(nlp):
    doc = nlp(MIXED)
    scores = sentence_scores(doc, 0, len(doc))
    assert list(scores)[:2] == ["en", "es"]
    assert sum(scores.values()) == pytest.approx(1.0)
    assert sentence_scores(doc, 4, 5) == doc.spans[SPAN_KEY][0]._.language_scores


def test_what_is_read_is_a_copy(nlp):
    doc = nlp(MIXED)
    before = doc.to_bytes()
    doc._.language_scores["en"] = 7
    sentence_scores(doc, 6, 8).clear()
    assert doc.to_bytes() == before


# Languages that are set


def test_docs_nobody_has_looked_at():
    install_extensions()
    doc = spacy.blank("xx")("Guten Tag")
    assert document_language(doc) is None
    assert document_scores(doc) == sentence_scores(doc, 0, 1) == {}
    assert doc._.language == doc[0:1]._.language == "und"
    assert doc._.language_scores == doc[0:1]._.language_scores == {}


def test_set_language_wins_and_survives(nlp):
    doc = nlp.make_doc(MIXED)
    doc._.language = "fr"
    doc = nlp(doc)
    doc = Doc(nlp.vocab).from_bytes(doc.to_bytes(exclude=["user_data"]))
    doc = next(nlp.pipe([doc]))
    assert doc._.language == document_language(doc) == "fr"
    assert doc._.language_scores == sentence_scores(doc, 6, 7) == {"fr": 1.0}
    assert doc[6:7]._.language == "fr"
    doc = make_nlp(overwrite=True)(doc)
    assert doc._.language == "en"
    assert doc[6:7]._.language == "es"


def test_set_language_after_detection(nlp):
    doc = nlp(MIXED)
    doc._.language = "fr"
    assert doc._.language == doc[6:7]._.language == "fr"
    doc._.language = None
    assert document_language(doc) is None
    assert nlp(doc)._.language == "en"


def test_set_language_of_an_empty_doc(nlp):
    doc = nlp.make_doc("")
    doc._.language = "fr"
    assert nlp(doc)._.language == "fr"
    assert sentence_scores(doc, 0, 0) == {"fr": 1.0}


def test_set_scores(nlp):
    doc = nlp.make_doc(MIXED)
    doc._.language_scores = {"en": 1, "fr": 3}
    assert doc._.language == "fr"
    assert doc._.language_scores == {"fr": 0.75, "en": 0.25}


def test_set_language_of_a_sentence(nlp):
    doc = nlp(MIXED)
    doc[6:7]._.language = "gl"
    assert languages_of(doc) == ["en", "gl", "en"]
    assert sentence_scores(doc, 5, 8) == {"gl": 1.0}
    doc[6:7]._.language_scores = {"gl": 3, "pt": 1}
    assert languages_of(nlp(doc)) == ["en", "gl", "en"]
    assert sentence_scores(doc, 5, 8) == {"gl": 0.75, "pt": 0.25}
    doc[6:7]._.language = "und"
    assert sentence_scores(doc, 5, 8) == {}


def test_sentences_need_a_doc_with_languages():
    install_extensions()
    doc = spacy.blank("xx")(MIXED)
    with pytest.raises(NotReadyError, match="Run 'xoie_lang'"):
        doc[6:7]._.language = "es"


@pytest.mark.parametrize("value", ["", 7, {"language": "de"}])
def test_languages_are_codes(nlp, value):
    doc = nlp(MIXED)
    with pytest.raises(DataError, match="must be a code"):
        doc._.language = value
    assert doc._.language == "en"


@pytest.mark.parametrize("score", [-0.1, float("nan"), float("inf")])
def test_scores_are_weights(nlp, score):
    with pytest.raises(DataError, match="at least 0"):
        set_language(nlp.make_doc(MIXED), "de", {"de": score})


# Extensions of other packages


def test_installing_twice_is_harmless():
    install_extensions()
    before = Doc.get_extension("language")
    install_extensions()
    assert Doc.get_extension("language") is before


@pytest.mark.parametrize("value", ["fr", {"language": "fr", "score": 0.9}])
def test_language_of_another_package_is_used(value):
    Doc.set_extension("language", default=None, force=True)
    nlp = make_nlp(**FIXED)
    assert Doc.get_extension("language")[2] is None
    doc = nlp.make_doc(MIXED)
    doc._.language = value
    doc = nlp(doc)
    assert nlp.get_pipe("xoie_lang").detector.calls == 0
    assert doc._.language == value
    assert document_language(doc) == "fr"
    assert languages_of(doc) == ["fr", "fr", "fr"]
    assert doc[6:7]._.language == "fr"
    assert sentence_scores(doc, 6, 7) == document_scores(doc) == {"fr": 1.0}


@pytest.mark.parametrize("value", [None, "", "UNKNOWN", {"language": "UNKNOWN"}, 7])
def test_other_packages_may_not_know(value):
    Doc.set_extension("language", getter=lambda doc: value, force=True)
    doc = make_nlp()(MIXED)
    assert document_language(doc) == "en"
    assert languages_of(doc) == ["en", "es", "en"]


def test_language_of_another_package_set_after_detection():
    Doc.set_extension("language", default=None, force=True)
    doc = make_nlp()(MIXED)
    assert document_language(doc) == "en"
    doc._.language = "en"
    assert doc[6:7]._.language == "es"
    doc._.language = "fr"
    assert document_language(doc) == doc[6:7]._.language == "fr"
    assert sentence_scores(doc, 6, 7) == {"fr": 1.0}


def test_overwrite_prevails_over_another_package():
    Doc.set_extension("language", getter=lambda doc: "fr", force=True)
    doc = make_nlp(overwrite=True)(MIXED)
    assert document_language(doc) == "en"
    assert next(iter(sentence_scores(doc, 6, 8))) == "es"


def test_groups_written_by_hand(nlp):
    doc = nlp.make_doc(MIXED)
    doc.spans[SPAN_KEY] = SpanGroup(doc, spans=[Span(doc, 0, 5, "en")])
    assert document_language(doc) == "en"
    assert sentence_scores(doc, 0, 2) == {"en": 1.0}
