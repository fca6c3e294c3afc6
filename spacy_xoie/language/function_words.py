"""Words that a language adds or leaves out when something is translated: what belongs
to a noun on its left, what a part cannot begin or end with, and whether subjects are
left implied. Data, so that another language is another entry."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Dict, FrozenSet

from ..doc.codes import language_code


@dataclass(frozen=True)
class FunctionWords:
    """The function words of a language, in lower case.

    determiners (FrozenSet[str]): Articles and their like, which belong to the noun that
        follows.
    adpositions (FrozenSet[str]): Prepositions, which belong to the phrase that follows.
    auxiliaries (FrozenSet[str]): Auxiliary verbs and particles of verbs.
    edges (FrozenSet[str]): What no part begins or ends with: conjunctions, particles.
    pronouns (FrozenSet[str]): Subject pronouns.
    negations (FrozenSet[str]): Words that turn what a verb says into its opposite.
    drops_subjects (bool): Whether a pronoun as subject is usually left out.
    """

    determiners: FrozenSet[str] = frozenset()
    adpositions: FrozenSet[str] = frozenset()
    auxiliaries: FrozenSet[str] = frozenset()
    edges: FrozenSet[str] = frozenset()
    pronouns: FrozenSet[str] = frozenset()
    negations: FrozenSet[str] = frozenset()
    drops_subjects: bool = False

    @property
    def light(self) -> FrozenSet[str]:
        """Words whose links say little about where a part is."""
        return self.determiners | self.adpositions | self.auxiliaries | self.edges


@lru_cache(maxsize=64)
def function_words(language: str) -> FunctionWords:
    """The function words of a language.

    language (str): Its code.
    RETURNS (FunctionWords): They are all empty for a language without an entry.
    """
    code = language_code(language)
    entry = _WORDS.get(code, {})
    words = {kind: frozenset(text.split()) for kind, text in entry.items()}
    return FunctionWords(**words, drops_subjects=code in _DROPS_SUBJECTS)


_DROPS_SUBJECTS = frozenset(
    "ar bg ca cs el es eu fa gl he hi hr hu it ja ko la pl pt ro sk sl sr tr zh".split()
)

_WORDS: Dict[str, Dict[str, str]] = {
    "ar": {
        "determiners": "ال",
        "adpositions": "في من إلى على عن مع ب ل ك بين تحت فوق بعد قبل حتى منذ",
        "auxiliaries": "قد لقد سوف س كان كانت",
        "edges": "و ف أو ثم أن إن أنّ أم لكن",
        "pronouns": "هو هي هم هن هما أنا نحن أنت أنتم",
        "negations": "لا لم لن ليس ليست ما غير",
    },
    "ca": {
        "determiners": "el la els les l' un una uns unes aquest aquesta seu seva",
        "adpositions": "a de d' en amb per al als del dels pel pels sobre entre fins",
        "auxiliaries": "ha han he hem va van s' es no",
        "edges": "i o que però",
        "pronouns": "ell ella ells elles jo nosaltres tu vosaltres",
        "negations": "no mai",
    },
    "de": {
        "determiners": "der die das den dem des ein eine einen einem einer eines sein "
        "seine seinen seinem seiner seines ihr ihre ihren ihrem ihrer ihres unser "
        "unsere dieser diese dieses diesen diesem kein keine keinen",
        "adpositions": "in im ins an am ans auf aus bei beim mit nach von vom vor zu "
        "zum zur für durch gegen ohne um über unter zwischen seit während wegen bis",
        "auxiliaries": "hat haben hatte hatten ist sind war waren wird werden wurde "
        "wurden worden zu nicht sich",
        "edges": "und oder dass aber sondern",
        "pronouns": "er sie es ich wir du ihr man",
        "negations": "nicht nie niemals kein keine keinen keinem keiner keines",
    },
    "en": {
        "determiners": "the a an this that these those his her its their our my your",
        "adpositions": "of in on at to for from with by about as into over after "
        "before between during against through under without since until",
        "auxiliaries": "do does did have has had is are was were be been being will "
        "would can could should may might must to 's not n't",
        "edges": "and or but that",
        "pronouns": "he she it they i we you",
        "negations": "not n't never no neither nor cannot",
    },
    "es": {
        "determiners": "el la los las un una unos unas su sus mi mis tu tus nuestro "
        "nuestra nuestros nuestras este esta estos estas ese esa esos esas lo",
        "adpositions": "a al de del en con por para sobre entre desde hasta sin ante "
        "bajo tras según contra durante",
        "auxiliaries": "ha han he hemos había habían ha sido fue fueron es son se no "
        "le les",
        "edges": "y e o u que pero",
        "pronouns": "él ella ellos ellas yo nosotros nosotras tú usted ustedes",
        "negations": "no nunca jamás ni tampoco ningún ninguna",
    },
    "fr": {
        "determiners": "le la les l' un une des du son sa ses leur leurs ce cet cette "
        "ces notre nos mon ma mes",
        "adpositions": "à au aux de d' du des en dans par pour sur avec entre sous "
        "sans chez vers depuis pendant contre",
        "auxiliaries": "a ont avait avaient est sont était étaient été sera se s' ne "
        "n' pas",
        "edges": "et ou que qu' mais",
        "pronouns": "il elle ils elles je nous tu vous on",
        "negations": "ne n' pas jamais ni aucun aucune",
    },
    "gl": {
        "determiners": "o a os as un unha uns unhas este esta seu súa",
        "adpositions": "a ao á aos ás de do da dos das en no na nos nas con por polo "
        "pola para sobre entre ata sen",
        "auxiliaries": "foi foron é son se non",
        "edges": "e ou que pero",
        "pronouns": "el ela eles elas eu nós ti vós",
        "negations": "non nunca nin ningún ningunha",
    },
    "it": {
        "determiners": "il lo la i gli le l' un uno una un' suo sua suoi sue questo "
        "questa questi queste",
        "adpositions": "a al allo alla ai agli alle di del dello della dei degli delle "
        "da dal dalla in nel nella con per su sul sulla tra fra d' dell' all' nell'",
        "auxiliaries": "ha hanno aveva è sono era stato stata si non",
        "edges": "e ed o che ma",
        "pronouns": "lui lei loro egli ella io noi tu voi",
        "negations": "non mai né nessun nessuno nessuna",
    },
    "pt": {
        "determiners": "o a os as um uma uns umas seu sua seus suas este esta estes "
        "estas esse essa",
        "adpositions": "a ao à aos às de do da dos das em no na nos nas num numa com "
        "por pelo pela pelos pelas para sobre entre desde até sem sob contra",
        "auxiliaries": "foi foram é são tem têm tinha havia sido se não",
        "edges": "e ou que mas",
        "pronouns": "ele ela eles elas eu nós tu você vocês",
        "negations": "não nunca jamais nem nenhum nenhuma",
    },
    "zh": {
        "determiners": "这 那 该 一 个",
        "adpositions": "在 从 对 向 于 把 被 将 为 與 与 和 給 给 以 由",
        "auxiliaries": "了 着 著 过 過 会 會 不 没 沒 已 正",
        "edges": "的 地 得 之 而 和 與 与 并 並 也",
        "pronouns": "他 她 它 们 們 我 你",
        "negations": "不 没 沒 未 无 無 从不",
    },
}
