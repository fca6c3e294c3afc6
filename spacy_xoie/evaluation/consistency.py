"""Whether a pipeline says the same of a sentence and of its translation.

The triples of one side of a parallel corpus are mapped onto the other through word
alignment, and compared with what the pipeline finds there. No gold data is needed: a
language can be judged by how it agrees with one in which the pipeline is known to be
good. What both sides have wrong in the same way, and what the aligner has wrong, cannot
be told from that; numbers are for comparing languages and pipelines with each other.
"""

from dataclasses import asdict, dataclass, replace
from itertools import chain, combinations, islice, permutations
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Set,
    Tuple,
)

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from ..doc.codes import language_code
from ..doc.languages import set_language
from ..doc.translations import Alignment
from ..doc.triples import SPAN_KEY, Phrase, Triple, get_triples
from ..errors import ConfigError, DataError, EngineError
from ..projection.spans import project_triples
from ..projection.ty import Aligner, Pair, fit_aligner
from .curves import f1_score
from .matching import (
    PlacedTriple,
    Places,
    TextPlaces,
    match_triples,
    placed_triples,
    soft_f1,
)

DocsByLanguage = Mapping[str, Mapping[str, Doc]]


@dataclass(frozen=True)
class Consistency:
    """How what is found in a language agrees with what is found in another.

    reference (str): The language whose triples are mapped.
    judged (str): The language onto which they are mapped.
    n_sentences (int): Sentences that both languages have.
    n_reference, n_judged (int): Triples that were found in each.
    mapped (Optional[float]): Share of the triples of the reference that could be
        carried over, see `project_triples` (mode "recall"). The others are not counted
        in the scores. None if there are no triples.
    precision (Optional[float]): Mean similarity of the triples of the judged language
        with their counterparts among the mapped ones.
    recall (Optional[float]): The same the other way round.
    f1 (Optional[float]): Both together. None if there are triples on neither side.
    low, high (Optional[float]): 95 % of the samples of sentences have an F1 between
        them.
    predicates (Optional[float]): F1 of the relations, each of them once in a sentence,
        that overlap a relation of the other side.
    """

    reference: str
    judged: str
    n_sentences: int
    n_reference: int
    n_judged: int
    mapped: Optional[float]
    precision: Optional[float]
    recall: Optional[float]
    f1: Optional[float]
    low: Optional[float]
    high: Optional[float]
    predicates: Optional[float]


@dataclass(frozen=True)
class ConsistencyTable:
    """The consistency of ordered pairs of languages.

    languages (Tuple[str, …]): The languages.
    pairs (Tuple[Consistency, …]): Each with each, or with one of them, by the reference
        and then the judged language.
    center (Optional[str]): That one; None where each is compared with each.
    """

    languages: Tuple[str, ...]
    pairs: Tuple[Consistency, ...]
    center: Optional[str] = None

    def pair(self, reference: str, judged: str) -> Consistency:
        """RETURNS (Consistency): That of two languages.

        RAISES (KeyError): If there is no such pair.
        """
        for pair in self.pairs:
            if (pair.reference, pair.judged) == (reference, judged):
                return pair
        raise KeyError((reference, judged))

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): The table, JSON-ready."""
        pairs = [asdict(pair) for pair in self.pairs]
        return {
            "languages": list(self.languages),
            "center": self.center,
            "pairs": pairs,
        }


class _Counts(NamedTuple):
    """What is counted in a sentence."""

    n_reference: int
    n_mapped: int
    n_judged: int
    shared: float
    relations_mapped: int
    relations_mapped_found: int
    relations_judged: int
    relations_judged_found: int


def consistency(
    nlp_for_language: Callable[[str], Language],
    corpus: Mapping[str, Mapping[str, str]],
    aligner: Aligner,
    *,
    languages: Optional[Sequence[str]] = None,
    center: Optional[str] = None,
    limit: int = 0,
    batch_size: int = 64,
    n_samples: int = 1000,
    seed: int = 0,
) -> ConsistencyTable:
    """Extract triples from all sides of a parallel corpus and compare them. Pipelines
    that detect languages are told which one it is.

    nlp_for_language (Callable[[str], Language]): Gives the pipeline for a language.
    corpus (Mapping[str, Mapping[str, str]]): Texts by language and id, see
        `read_parallel`.
    aligner (Aligner): Links words. One that has a method `fit` first learns from the
        sentences of each two languages.
    languages (Optional[Sequence[str]]): The languages to compare; by default all.
    center (Optional[str]): Compare each language with this one alone, which takes far
        less time where there are many; by default with each other.
    limit (int): Compare what is found in the first sentences, so many; the aligner
        learns from the others too. 0 for all.
    batch_size (int): Number of docs to buffer.
    n_samples (int): Number of samples for the interval of F1; 0 for none.
    seed (int): Seed of the samples.
    RETURNS (ConsistencyTable): The agreement of each ordered pair of languages.
    RAISES (ConfigError): If there are less than two languages, or one is not there.
    RAISES (DataError): If two languages have no sentence in common.
    """
    center = None if center is None else language_code(center)
    codes = _check_languages(corpus, languages, center)
    # What no other language has cannot be compared.
    shared = {
        language: [
            identity
            for identity in corpus[language]
            if any(
                identity in corpus[other]
                for other in codes
                if other != language and center in (None, language, other)
            )
        ]
        for language in codes
    }
    ids = dict.fromkeys(chain.from_iterable(shared.values()))
    compared = {*islice(ids, limit or None)}
    docs: Dict[str, Dict[str, Doc]] = {}
    rest: Dict[str, Dict[str, Doc]] = {}
    for language in codes:
        nlp = nlp_for_language(language)
        texts = {i: corpus[language][i] for i in shared[language] if i in compared}
        made = _make_docs(nlp, texts.values(), language)
        results = nlp.pipe(made, batch_size=batch_size)
        docs[language] = dict(zip(texts, results, strict=True))
        rest[language] = {
            i: nlp.make_doc(corpus[language][i])
            for i in shared[language]
            if i not in compared
        }
    return compare_docs(
        docs, aligner, center=center, rest=rest, n_samples=n_samples, seed=seed
    )


def _make_docs(nlp: Language, texts: Iterable[str], language: str) -> Iterator[Doc]:
    """Docs whose language is set, so that a pipeline need not find it."""
    for text in texts:
        doc = nlp.make_doc(text)
        if len(doc):
            set_language(doc, language)
        yield doc


def compare_docs(
    docs: DocsByLanguage,
    aligner: Aligner,
    *,
    center: Optional[str] = None,
    rest: Optional[DocsByLanguage] = None,
    key: str = SPAN_KEY,
    n_samples: int = 1000,
    seed: int = 0,
) -> ConsistencyTable:
    """Compare triples that have been extracted already.

    docs (Mapping[str, Mapping[str, Doc]]): Docs by language and id.
    aligner (Aligner): See `consistency`, as for the other arguments.
    rest (Optional[Mapping[str, Mapping[str, Doc]]]): Docs from which the aligner learns
        besides, without triples.
    key (str): Key of the span group.
    RETURNS (ConsistencyTable): The agreement of each ordered pair of languages.
    RAISES (ConfigError): If there are less than two languages.
    RAISES (DataError): If two languages have no sentence in common.
    RAISES (EngineError): If the aligner does not answer for each pair.
    """
    center = None if center is None else language_code(center)
    languages = _check_languages(docs, None, center)
    alignments: Dict[Tuple[str, str], Dict[str, Alignment]] = {}
    for first, second in combinations(languages, 2):
        if center is not None and center not in (first, second):
            continue
        links = _align(docs, rest or {}, first, second, aligner)
        alignments[first, second] = links
        # Both directions go along the same links.
        alignments[second, first] = {
            identity: alignment._replace(
                links=tuple((b, a) for a, b in alignment.links)
            )
            for identity, alignment in links.items()
        }
    scores = []
    for pair in permutations(languages, 2):
        if pair not in alignments:
            continue
        reference, judged = pair
        counts = [
            _count(docs[reference][n], docs[judged][n], pair, alignment, key)
            for n, alignment in alignments[pair].items()
        ]
        scores.append(_score(reference, judged, counts, n_samples, seed))
    return ConsistencyTable(tuple(languages), tuple(scores), center)


def _map_triples(
    source: Doc, target: Doc, languages: Tuple[str, str], alignment: Alignment, key: str
) -> Tuple[List[PlacedTriple], Set[Places]]:
    """The triples of a doc that can be carried over to another, and all relations that
    can, also those of triples whose arguments cannot."""
    triples = get_triples(source, key=key)
    places = TextPlaces(target)

    def carry(triples: Sequence[Triple]) -> List[PlacedTriple]:
        projection = project_triples(
            triples,
            target,
            alignment,
            source_language=languages[0],
            target_language=languages[1],
            mode="recall",
        )
        return [places.place(one.triple.parts) for one in projection.triples]

    bare = [replace(triple, subject=Phrase(()), objects=()) for triple in triples]
    return carry(triples), {triple.relation for triple in carry(bare)}


def _count(
    source: Doc, target: Doc, languages: Tuple[str, str], alignment: Alignment, key: str
) -> _Counts:
    mapped, expected = _map_triples(source, target, languages, alignment, key)
    judged = placed_triples(target, key=key)
    relations = {triple.relation for triple in judged}
    return _Counts(
        n_reference=len(get_triples(source, key=key)),
        n_mapped=len(mapped),
        n_judged=len(judged),
        shared=sum(match.score for match in match_triples(mapped, judged)),
        relations_mapped=len(expected),
        relations_mapped_found=_n_overlapping(expected, relations),
        relations_judged=len(relations),
        relations_judged_found=_n_overlapping(relations, expected),
    )


def _n_overlapping(these: Set[Places], others: Set[Places]) -> int:
    return sum(any(this & other for other in others) for this in these)


def _align(
    docs: DocsByLanguage,
    rest: DocsByLanguage,
    first: str,
    second: str,
    aligner: Aligner,
) -> Dict[str, Alignment]:
    """The links of each sentence that two languages share."""
    ids = _common(docs, first, second)
    if not ids:
        raise DataError(
            f"There is no sentence in both {first!r} and {second!r}. Translations must "
            f"have the same id (in treebanks: sent_id); leave out one of the languages."
        )
    pairs = [Pair(docs[first][i], docs[second][i], first, second) for i in ids]
    others = [
        Pair(rest[first][i], rest[second][i], first, second)
        for i in _common(rest, first, second)
    ]
    fit_aligner(aligner, [*pairs, *others])
    alignments = aligner(pairs)
    if len(alignments) != len(pairs):
        raise EngineError(
            f"The aligner gave {len(alignments)} alignments for {len(pairs)} pairs. An "
            f"aligner gives one for each: correct it."
        )
    return dict(zip(ids, alignments, strict=True))


def _common(docs: DocsByLanguage, first: str, second: str) -> List[str]:
    return [i for i in docs.get(first, ()) if i in docs.get(second, ())]


def _score(
    reference: str, judged: str, counts: Sequence[_Counts], n_samples: int, seed: int
) -> Consistency:
    sums = _Counts(*map(sum, zip(*counts, strict=True)))
    precision = _share(sums.shared, sums.n_judged)
    recall = _share(sums.shared, sums.n_mapped)
    low, high = _interval(counts, n_samples, seed)
    predicates = None
    if sums.relations_mapped or sums.relations_judged:
        predicates = f1_score(
            _share(sums.relations_judged_found, sums.relations_judged) or 0.0,
            _share(sums.relations_mapped_found, sums.relations_mapped) or 0.0,
        )
    return Consistency(
        reference=reference,
        judged=judged,
        n_sentences=len(counts),
        n_reference=sums.n_reference,
        n_judged=sums.n_judged,
        mapped=_share(sums.n_mapped, sums.n_reference),
        precision=precision,
        recall=recall,
        f1=soft_f1(sums.shared, sums.n_mapped, sums.n_judged),
        low=low,
        high=high,
        predicates=predicates,
    )


def _share(part: float, whole: float) -> Optional[float]:
    return part / whole if whole else None


def _interval(
    counts: Sequence[_Counts], n_samples: int, seed: int
) -> Tuple[Optional[float], Optional[float]]:
    """Between which values 95 % of F1 lie, if sentences are drawn with replacement."""
    shared = np.array([c.shared for c in counts])
    total = np.array([c.n_mapped + c.n_judged for c in counts], dtype="float64")
    if not n_samples or not total.any():
        return None, None
    random = np.random.default_rng(seed)
    even = np.full(len(counts), 1 / len(counts))
    # How often each sentence is drawn. Shape: (samples, sentences)
    drawn = random.multinomial(len(counts), even, size=n_samples).astype("float64")
    totals: NDArray[np.float64] = drawn @ total
    # A sample without triples says nothing.
    f1 = 2 * (drawn @ shared)[totals > 0] / totals[totals > 0]
    low, high = np.quantile(f1, [0.025, 0.975])
    return float(low), float(high)


def _check_languages(
    corpus: Mapping[str, Any],
    languages: Optional[Sequence[str]],
    center: Optional[str],
) -> List[str]:
    """The languages to compare, each once, that in the center first."""
    names = corpus if languages is None else map(language_code, languages)
    first = () if center is None else (center,)
    codes = list(dict.fromkeys([*first, *names]))
    missing_codes = [code for code in codes if code not in corpus]
    if missing_codes:
        raise ConfigError(
            f"There is no sentence in {', '.join(missing_codes)}; the languages of the "
            f"corpus are {', '.join(corpus)}."
        )
    if len(codes) < 2:
        raise ConfigError(
            f"Two languages can be compared, but there are {len(codes)}: "
            f"{', '.join(codes) or 'none'}. Give sentences in more of them."
        )
    return codes
