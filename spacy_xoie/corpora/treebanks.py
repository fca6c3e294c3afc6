"""Treebanks in CoNLL-U (https://universaldependencies.org/format.html), and their
trees on the tokens of any spaCy tokenizer.

The words of a treebank are not the tokens of a pipeline: "du" is two words and one
token, a Chinese word is one word and perhaps a token for each character. `graft`
carries a tree across by character offsets.
"""

import random
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
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
    Tuple,
    Union,
)

import conllu
from conllu.exceptions import ParseException
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import get_lang_class

from ..doc.blank import multilingual_pipeline
from ..doc.codes import code_or
from ..doc.triples import SPAN_KEY, set_triples
from ..errors import ConfigError, DataError
from ..files import OnFault, read_lines, tell
from ..labels import PIECE, simplify_label
from ..language.facts import find_language
from ..syntax.reading import read_triples
from ..syntax.tree import VERSION_1
from ..ty import Sentence

DAMAGE = (ParseException, KeyError, ValueError, TypeError, IndexError)
"""What a block that is no sentence provokes."""

CYRILLIC_SHARE = 0.5
"""Of Serbian, which is written in both alphabets and whose treebank is in Latin."""


@dataclass
class Word:
    """A word of a treebank.

    start, end (int): Where it is in the text; the words of a multiword token share
        the place of the token.
    head (int): Number of the head in the sentence; its own for a root.
    feats (Mapping[str, str]): Its morphological features.
    """

    text: str
    start: int
    end: int
    head: int
    label: str
    tag: str
    feats: Mapping[str, str] = field(default_factory=dict)


@dataclass
class TreeSentence:
    """A sentence of a treebank."""

    id: str
    text: str
    words: List[Word]
    place: str = ""


@dataclass
class TokenTree:
    """A dependency tree on tokens.

    heads (List[int]): Head of each token, its own number for a root.
    labels (List[str]): Relations; `PIECE` joins a token to the next one, with which
        it makes one word.
    tags (List[str]): Universal parts of speech.
    """

    heads: List[int] = field(default_factory=list)
    labels: List[str] = field(default_factory=list)
    tags: List[str] = field(default_factory=list)


class Slices(NamedTuple):
    """Docs to learn from, and docs set aside for development."""

    train: List[Doc]
    dev: List[Doc]


def treebank_docs(
    paths: Iterable[Path],
    *,
    language: str = "",
    dev_share: float = 0.03,
    max_length: int = 120,
    simplify: float = 0.0,
    on_fault: Optional[OnFault] = None,
    on_file: Optional[Callable[[Path, int], None]] = None,
) -> Slices:
    """Make training data of treebanks: trees on tokens, and the triples that the
    syntax rules read off them. Every other sentence goes through the tokenizer of
    its language and through the multilingual one, so that a model learns both; half of
    the Serbian ones are turned to Cyrillic letters.

    paths (Iterable[Path]): CoNLL-U files, whose names begin with the language code
        as those of Universal Dependencies do ("de_gsd-ud-dev.conllu").
    language (str): Code of the language, if the names do not say it.
    dev_share (float): Share of the sentences, chosen by file and id, that is kept
        for development. What has the text of one of these is left out of the rest.
    max_length (int): Sentences of more tokens are left out.
    simplify (float): Share of the sentences in traditional Chinese that are turned
        to simplified characters (needs `opencc`).
    on_fault (Optional[Callable[[Fault], None]]): Told of what cannot be read.
    on_file (Optional[Callable[[Path, int], None]]): Told of each file when it has
        been read, with the number of its sentences.
    RETURNS (Slices): The docs.
    RAISES (ConfigError): If a language is unknown, or opencc is needed and missing;
        before the first file is read.
    """
    slices = Slices([], [])
    codes = ((path, language or path.name.partition("_")[0]) for path in paths)
    files = [(path, code_or(code, code)) for path, code in codes]
    tokenizers = {code: _tokenizers(path, code) for path, code in files}
    if "zh" in tokenizers and (dev_share or simplify):
        _converter()
    for path, code in files:
        makers = tokenizers[code]
        number = -1
        for number, sentence in enumerate(read_treebank(path, on_fault)):
            # Seeded by the sentence: the same slices in every run.
            chance = random.Random(f"{path.name} {sentence.id}")  # noqa: S311
            aside = chance.random() < dev_share
            if code == "zh" and (aside or chance.random() < simplify):
                sentence = _simplify(sentence)
            elif code == "sr" and chance.random() < CYRILLIC_SHARE:
                sentence = to_cyrillic(sentence)
            doc = makers[number % len(makers)].make_doc(sentence.text)
            try:
                tree = graft(sentence, doc)
            except ValueError as e:
                tell(on_fault, sentence.place, str(e))
                continue
            if len(doc) <= max_length:
                (slices.dev if aside else slices.train).append(
                    annotate_tree(doc, tree, code)
                )
        if on_file is not None:
            on_file(path, number + 1)
    held_back = {doc.text for doc in slices.dev}
    return slices._replace(
        train=[doc for doc in slices.train if doc.text not in held_back]
    )


def annotate_tree(doc: Doc, tree: TokenTree, language: str) -> Doc:
    """RETURNS (Doc): A doc with the words of another, a tree, and the triples that
    the syntax rules read off it."""
    words = [token.text for token in doc]
    spaces = [bool(token.whitespace_) for token in doc]
    gold = Doc(
        doc.vocab,
        words=words,
        spaces=spaces,
        heads=tree.heads,
        deps=tree.labels,
        pos=tree.tags,
    )
    triples = read_triples(
        Sentence(words, spaces, language),
        tree.heads,
        tree.labels,
        tree.tags,
        [1.0] * len(doc),
    )
    triples = [
        triple._replace(language=language, origin="syntax") for triple in triples
    ]
    set_triples(gold, triples, key=SPAN_KEY, language=language)
    return gold


def _tokenizers(path: Path, code: str) -> List[Language]:
    shared = multilingual_pipeline()
    try:
        own = get_lang_class(code)()
    except ImportError:
        try:
            find_language(code)
        except ConfigError as e:
            raise ConfigError(
                f"{path.name} must begin with the code of a language, as in "
                f"de_gsd-ud-dev.conllu, or the language be named (--language): {e}"
            ) from e
        return [shared]
    # Both cut Chinese into characters.
    return [own] if code == "zh" else [own, shared]


@lru_cache(maxsize=1)
def _converter() -> Any:
    try:
        from opencc import OpenCC
    except ImportError as e:
        raise ConfigError(
            "Simplified characters need opencc: pip install 'spacy-xoie[data]'."
        ) from e
    return OpenCC("t2s")


def _simplify(sentence: TreeSentence) -> TreeSentence:
    text = _converter().convert(sentence.text)
    return replace(sentence, text=text) if len(text) == len(sentence.text) else sentence


# Digraphs first. Foreign letters stay as they are.
_SERBIAN = dict(
    zip(
        "dž lj nj a b c č ć d đ e f g h i j k l m n o p r s š t u v z ž".split(),
        "џ љ њ а б ц ч ћ д ђ е ф г х и ј к л м н о п р с ш т у в з ж".split(),
        strict=True,
    )
)
_SERBIAN_LETTERS = re.compile(f"{'|'.join(_SERBIAN)}|.", re.IGNORECASE | re.DOTALL)


def to_cyrillic(sentence: TreeSentence) -> TreeSentence:
    """RETURNS (TreeSentence): A Serbian sentence in the other alphabet of the language,
    which has one letter for each sound."""
    places = [0]
    letters: List[str] = []
    for found in _SERBIAN_LETTERS.finditer(sentence.text):
        latin = found.group()
        letter = _SERBIAN.get(latin.lower(), latin)
        letters.append(letter.upper() if latin[0].isupper() else letter)
        # The places within a digraph are those of its letter.
        places += [len(letters)] * len(latin)
    text = "".join(letters)
    words = []
    for word in sentence.words:
        start, end = places[word.start], places[word.end]
        # A word of a multiword token is not the text of its place.
        is_whole = word.text == sentence.text[word.start : word.end]
        form = text[start:end] if is_whole else word.text
        words.append(replace(word, text=form, start=start, end=end))
    return replace(sentence, text=text, words=words)


def read_treebank(
    path: Path, on_fault: Optional[OnFault] = None, *, name: str = ""
) -> Iterator[TreeSentence]:
    """Read a treebank, also one of UD version 1.

    path (Path): A .conllu file, perhaps compressed (.gz).
    on_fault (Optional[Callable[[Fault], None]]): Told of each sentence that cannot be
        read. The others are read.
    name (str): What to call the file in places, if not by its name.
    YIELDS (TreeSentence): The sentences.
    RAISES (DamageError): If what comes behind the last one is lost.
    """
    for line, block in _blocks(path):
        place = f"{name or path.name}:{line}"
        try:
            if isinstance(block, DataError):
                raise block
            sentence = _sentence(block, place)
        except DAMAGE as e:
            tell(on_fault, place, e if isinstance(e, DataError) else str(e))
        else:
            yield sentence


def graft(sentence: TreeSentence, doc: Doc) -> TokenTree:
    """Carry a tree over to the tokens of a doc.

    A token that holds several words stands for the highest of them; of several
    tokens that make one word the last that is no punctuation bears the arcs, the
    others are its pieces.

    sentence (TreeSentence): The sentence.
    doc (Doc): Its text, tokenised.
    RETURNS (TokenTree): The tree; a token without a word (white space) hangs on the
        one before it as "dep".
    """
    groups, group_of_word = _components(sentence.words, doc)
    depths = _depths(sentence.words)
    bearer: List[int] = []
    top: List[int] = []
    for words, tokens in groups:
        top.append(min(words, key=lambda word: depths[word]))
        letters = [t for t in tokens if not doc[t].is_punct]
        bearer.append((letters or tokens)[-1])
    tree = TokenTree(
        heads=[max(t - 1, 0) for t in range(len(doc))],
        labels=["dep"] * len(doc),
        tags=["X"] * len(doc),
    )
    for number, (_, tokens) in enumerate(groups):
        word = sentence.words[top[number]]
        for token in tokens:
            if token < bearer[number]:
                tree.heads[token], tree.labels[token] = token + 1, PIECE
            elif token > bearer[number]:
                tree.heads[token], tree.labels[token] = bearer[number], "goeswith"
            tree.tags[token] = word.tag
        head = group_of_word[word.head]
        tree.heads[bearer[number]] = bearer[head]
        is_root = word.head == top[number] or head == number
        tree.labels[bearer[number]] = "root" if is_root else simplify_label(word.label)
    return tree


def _depths(words: Sequence[Word]) -> List[int]:
    """The distance of each word from the root of its tree."""
    depths = []
    for number in range(len(words)):
        depth = 0
        while words[number].head != number:
            number, depth = words[number].head, depth + 1
            if depth > len(words):
                raise ValueError("The heads of its words make a circle.")
        depths.append(depth)
    return depths


def _components(
    words: Sequence[Word], doc: Doc
) -> Tuple[List[Tuple[List[int], List[int]]], List[int]]:
    """Smallest groups of words and tokens that cover the same characters, and the
    group of each word."""
    starts = [token.idx for token in doc]
    groups: List[Tuple[List[int], List[int]]] = []
    group_of_word = [0] * len(words)
    token, covered = 0, -1
    for number, word in enumerate(words):
        if not groups or word.start >= covered:
            while token < len(doc) and (
                doc[token].is_space or starts[token] + len(doc[token]) <= word.start
            ):
                token += 1
            groups.append(([], []))
        groups[-1][0].append(number)
        group_of_word[number] = len(groups) - 1
        covered = max(covered, word.end)
        while token < len(doc) and starts[token] < covered:
            if not doc[token].is_space:
                groups[-1][1].append(token)
            covered = max(covered, starts[token] + len(doc[token]))
            token += 1
    if any(not tokens for _, tokens in groups):
        raise ValueError(
            f"The tokens of {doc.text[:40]!r} do not cover the words of its tree. Make "
            f"the doc from the text of the sentence."
        )
    return groups, group_of_word


def _blocks(path: Path) -> Iterator[Tuple[int, Union[str, DataError]]]:
    """Blocks of lines; one with a line that cannot be read cannot be read either."""
    block: List[str] = []
    error: Optional[DataError] = None
    first = 0
    for number, line in read_lines(path):
        if isinstance(line, DataError) or line.strip():
            first = first or number
            if isinstance(line, str):
                block.append(f"{line}\n")
            else:
                error = error or line
        elif first:
            yield first, error or "".join(block)
            block, error, first = [], None, 0
    if first:
        yield first, error or "".join(block)


def _sentence(block: str, place: str) -> TreeSentence:
    sentences = conllu.parse(block)
    if len(sentences) != 1 or not len(sentences[0]):
        raise ValueError("There is no word in this block.")
    tokens = sentences[0]
    text = tokens.metadata.get("text") or _join(tokens)
    words: List[Word] = []
    number_of: Dict[int, int] = {}
    at, inside = 0, (0, 0, 0)
    for token in tokens:
        identity = token["id"]
        if isinstance(identity, tuple) and "." in identity:
            continue
        form = token["form"]
        if isinstance(identity, int) and identity <= inside[0]:
            start, end = inside[1], inside[2]
        else:
            start = text.find(form, at)
            if start < 0 or text[at:start].strip():
                raise ValueError(f"The word {form!r} is not in the text {text!r}.")
            at = end = start + len(form)
        if isinstance(identity, tuple):
            inside = (identity[2], start, end)
            continue
        number_of[identity] = len(words)
        words.append(
            Word(
                form,
                start,
                end,
                token["head"],
                token["deprel"],
                token["upos"],
                token["feats"] or {},
            )
        )
    for number, word in enumerate(words):
        word.head = number if word.head == 0 else number_of[word.head]
    _modernize(words)
    return TreeSentence(tokens.metadata.get("sent_id", place), text, words, place)


def _join(tokens: conllu.TokenList) -> str:
    han = any("\u4e00" <= c <= "\u9fff" for t in tokens for c in t["form"])
    return ("" if han else " ").join(t["form"] for t in tokens)


# And those that only Chinese treebanks of version 1 have.
_FIRST_VERSION = {
    **VERSION_1,
    "case:dec": "case",
    "case:aspect": "aux",
    "case:suff": "compound",
    "case:pref": "compound",
}


def _modernize(words: Sequence[Word]) -> None:
    """From the relations of UD version 1 to those of version 2, in place. A
    sentence counts as version 1 if it has one of the relations that were renamed.
    """
    for word in words:
        if word.tag == "CONJ":
            word.tag = "CCONJ"
    if not any(word.label in _FIRST_VERSION for word in words):
        return
    before = [word.label for word in words]
    possessed = {w.head for w in words if w.label == "case:dec"}
    governing = {w.head for w in words}
    for number, word in enumerate(words):
        head = words[word.head]
        verbal = head.tag in ("VERB", "ADJ", "AUX")
        label = before[number]
        if label in _FIRST_VERSION:
            word.label = _FIRST_VERSION[label]
        elif label == "acl:relcl" and word.tag == "PART":
            word.label = "mark:rel"
            if before[word.head] == "acl":
                head.label = "acl:relcl"
        elif label == "acl" and word.tag in ("ADP", "NOUN") and number not in governing:
            # Localisers: "in", "on", "after".
            word.label, word.tag = "case", "ADP"
        elif label == "acl" and verbal and word.label == "acl":
            word.label = "advcl"
        elif label == "nmod" and verbal:
            word.label = "obl"
        elif label == "nmod:tmod":
            word.label = "obl:tmod"
        elif label == "det" and number in possessed:
            word.label = "nmod"
        elif label == "dep" and word.tag in ("VERB", "ADJ"):
            word.label = "parataxis"
        if word.label in ("aux", "aux:pass", "cop"):
            word.tag = "AUX"
