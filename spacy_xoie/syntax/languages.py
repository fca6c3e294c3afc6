"""What the rules need to know of each language: data, no code."""

from dataclasses import dataclass, field
from typing import Dict, FrozenSet, Mapping, Tuple


def _words(text: str) -> FrozenSet[str]:
    return frozenset(text.split())


@dataclass(frozen=True)
class LanguageFeatures:
    """Features of one language. All words are lower case.

    code (str): Language code.
    negations: Adverbs that stay in the relation.
    negative_conjunctions: Conjunctions that do too, for they negate ("nor").
    adversatives: Conjunctions after which the negation before does not hold ("but").
    copulas: Forms of verbs that link a subject to a predicate.
    modals: Auxiliaries that take bare infinitives; a conjunct shares them unless it
        has one of the `finite_endings`.
    participle_endings, participle_infixes: What past participles look like; the
        first infix may also stand within the word (German "an-ge-kommen").
    infinitive_marks, infinitive_infix: What marks an infinitive ("to", "zu").
    infinitives_lack_subjects: Whether what looks like the subject of such an
        infinitive is its object.
    reflexives: Pronouns that belong to the verb and are no objects.
    relativisers: Words that stand in a relative clause for its antecedent.
    possessives: Those of them that say whose something is.
    resumptives: Personal pronouns that take up an antecedent.
    comparatives: Words that make a conjunct a comparison.
    role_marks: Words that trees may take for conjunctions where they are adpositions,
        those of a role or a comparison ("als").
    adverbs_before_adpositions: Adverbs that make one adposition with the one after
        them ("antes de").
    collectives: Adpositions that need a coordination whole ("between").
    empty_phrases: Adpositional phrases that say nothing ("for example").
    measured_adverbs: Adverbs that a measure of time goes with ("two years later").
    existentials: Expletives of existential clauses ("there").
    light_verbs: Verb forms, and the bare nouns that make one predicate with them.
    passive_marks: Adpositions that make a passive (被).
    disposal_marks: Adpositions that go with the verb, before its object (把).
    privatives: Words before what does not happen ("without selling").
    pivots: Beginnings of verbs whose object does what the verb after it says, where a
        verb after an object mostly shares the subject.
    passives_lack_objects: Whether a passive clause has no object.
    range_marks: Words before the end of a range ("bis").
    bound_adpositions: Adpositions that are fused with the verb before them (为).
    linkers: Words that end a modifier, and no argument (的).
    verb_particles: Labels of dependents of a verb that are part of it.
    drops_subjects: Whether a finite clause may do without a subject.
    chains_subjects: Whether a clause without a subject shares that of the clause
        before it, however the two are linked.
    clauses_before_nouns: Whether relative clauses precede their noun, unmarked.
    objects_follow: Whether objects follow the verb, and only what has an adposition
        or says when precedes it. Trees that say otherwise are wrong.
    genitives_follow: Whether nouns without an adposition modify nouns before them.
    keeps_quotes: Whether a clause that is quoted keeps its quotation marks.
    keeps_complementizers: Whether a content clause keeps its complementizer.
    splits_coordination: Whether each conjunct gets a triple of its own.
    adverbial_arguments: Whether adverbial clauses are arguments.
    purposes_are_facts: Whether "S V to do O" also says (S; do; O), which may not have
        come about.
    nested_facts: Whether "S V O of X" also says (S; V O; of X).
    short_objects: Whether, with nested facts, objects end before the first "of X".
    """

    code: str = ""
    negations: FrozenSet[str] = frozenset()
    negative_conjunctions: FrozenSet[str] = frozenset()
    adversatives: FrozenSet[str] = frozenset()
    copulas: FrozenSet[str] = frozenset()
    reflexives: FrozenSet[str] = frozenset()
    relativisers: FrozenSet[str] = frozenset()
    existentials: FrozenSet[str] = frozenset()
    drops_subjects: bool = False
    light_verbs: Mapping[str, FrozenSet[str]] = field(default_factory=dict)
    infinitive_marks: FrozenSet[str] = frozenset()
    passive_marks: FrozenSet[str] = frozenset()
    disposal_marks: FrozenSet[str] = frozenset()
    bound_adpositions: FrozenSet[str] = frozenset()
    privatives: FrozenSet[str] = frozenset()
    pivots: Tuple[str, ...] = ()
    passives_lack_objects: bool = False
    range_marks: FrozenSet[str] = frozenset()
    verb_particles: FrozenSet[str] = frozenset(
        {"compound:prt", "compound:lvc", "compound:dir", "compound:ext"}
        | {"compound:vv", "compound:vo", "compound:svc", "compound:redup"}
    )
    participle_endings: Tuple[str, ...] = ()
    clauses_before_nouns: bool = False
    chains_subjects: bool = False
    possessives: FrozenSet[str] = frozenset()
    resumptives: FrozenSet[str] = frozenset()
    comparatives: FrozenSet[str] = frozenset()
    role_marks: FrozenSet[str] = frozenset()
    measured_adverbs: FrozenSet[str] = frozenset()
    collectives: FrozenSet[str] = frozenset()
    adverbs_before_adpositions: FrozenSet[str] = frozenset()
    keeps_quotes: bool = False
    infinitives_lack_subjects: bool = False
    modals: FrozenSet[str] = frozenset()
    finite_endings: Tuple[str, ...] = ()
    adverbial_arguments: bool = False
    purposes_are_facts: bool = False
    nested_facts: bool = False
    genitives_follow: bool = False
    keeps_complementizers: bool = False
    short_objects: bool = False
    objects_follow: bool = False
    linkers: FrozenSet[str] = frozenset()
    participle_infixes: Tuple[str, ...] = ()
    infinitive_infix: str = ""
    empty_phrases: FrozenSet[str] = frozenset()
    splits_coordination: bool = False


def _light(*pairs: Tuple[str, str]) -> Dict[str, FrozenSet[str]]:
    """From (forms of the verb, nouns) to a table by form."""
    table: Dict[str, FrozenSet[str]] = {}
    for verbs, nouns in pairs:
        for verb in verbs.split():
            table[verb] = table.get(verb, frozenset()) | _words(nouns)
    return table


ENGLISH = LanguageFeatures(
    code="en",
    possessives=_words("whose"),
    privatives=_words("without instead"),
    splits_coordination=True,
    measured_adverbs=_words("later earlier ago before afterwards"),
    short_objects=True,
    keeps_complementizers=True,
    empty_phrases=frozenset(
        (
            "for example",
            "for instance",
            "in order",
            "in fact",
            "in addition",
            "of course",
        )
    ),
    nested_facts=True,
    collectives=_words("between among"),
    negations=_words("not n't never no longer neither nor hardly"),
    negative_conjunctions=_words("neither nor"),
    adversatives=_words("but yet"),
    copulas=_words("am is are was were be been being 's 're 'm"),
    relativisers=_words("who whom whose which that where when what why whoever"),
    existentials=_words("there"),
    light_verbs=_light(
        ("take takes took taken taking", "place part care charge control note office"),
        ("make makes made making", "use sense way fun"),
        ("give gives gave given giving", "birth rise way notice"),
        ("play plays played playing", "host"),
        ("lose loses lost losing", "sight touch"),
    ),
    infinitive_marks=_words("to"),
    modals=_words("can could will would shall should may might must do does did"),
    finite_endings=("s", "ed", "ing"),
    comparatives=_words("than as like"),
    participle_endings=tuple(
        "ed en wn ung lt nt pt ought aught ld ft ade id cut put set hit ost un".split()
    ),
)

GERMAN = LanguageFeatures(
    code="de",
    possessives=_words("dessen deren"),
    privatives=_words("ohne statt anstatt"),
    splits_coordination=True,
    chains_subjects=True,
    measured_adverbs=_words("später zuvor vorher lang früher nachher danach"),
    nested_facts=True,
    genitives_follow=True,
    keeps_complementizers=True,
    empty_phrases=frozenset(("zum beispiel", "in wirklichkeit", "im übrigen")),
    collectives=_words("zwischen"),
    negations=_words("nicht nie niemals kaum weder"),
    negative_conjunctions=_words("weder noch"),
    adversatives=_words("sondern aber doch"),
    copulas=_words("bin bist ist sind seid war waren warst wart sei seien wäre wären"),
    reflexives=_words("sich"),
    relativisers=_words(
        "der die das den dem dessen deren denen welcher welche welches welchen welchem "
        "wer was wo worin woran worauf wodurch womit wofür wobei wozu"
    ),
    light_verbs=_light(
        ("nimmt nahm nehmen nahmen genommen", "teil platz stellung bezug einfluss"),
        ("findet fand finden fanden gefunden", "statt anwendung verwendung"),
        ("leistet leistete leisten geleistet", "hilfe widerstand"),
        ("übt übte üben geübt", "kritik"),
    ),
    infinitive_marks=_words("zu"),
    passives_lack_objects=True,
    range_marks=_words("bis"),
    infinitives_lack_subjects=True,
    infinitive_infix="zu",
    participle_infixes=("ge", "be", "ver", "er", "zer", "ent", "miss", "emp"),
    comparatives=_words("als wie"),
    role_marks=_words("als wie"),
    participle_endings=("t", "en"),
)

SPANISH = LanguageFeatures(
    code="es",
    possessives=_words("cuyo cuya cuyos cuyas"),
    privatives=_words("sin"),
    chains_subjects=True,
    measured_adverbs=_words("después antes atrás"),
    adverbs_before_adpositions=_words(
        "antes después dentro fuera cerca lejos delante detrás encima debajo alrededor "
        "además junto frente"
    ),
    empty_phrases=frozenset(("por ejemplo", "sin embargo", "en cambio", "de hecho")),
    collectives=_words("entre"),
    comparatives=_words("como que"),
    negations=_words("no nunca jamás tampoco"),
    negative_conjunctions=_words("ni"),
    adversatives=_words("sino pero"),
    copulas=_words(
        "es son era eran fue fueron será serán ser sido siendo sea sean fuera fueran "
        "está están estaba estaban estuvo estuvieron estar estado estando soy somos"
    ),
    reflexives=_words("se"),
    relativisers=_words(
        "que quien quienes cual cuales cuyo cuya cuyos cuyas donde cuando"
    ),
    drops_subjects=True,
    light_verbs=_light(
        ("tiene tuvo tienen tuvieron tener tenía", "lugar"),
        ("forma formó forman formaron formar formando formaba", "parte"),
        ("da dio dan dieron dar dando", "lugar inicio comienzo origen cuenta paso"),
        ("hace hizo hacen hicieron hacer", "uso falta referencia frente"),
        ("toma tomó toman tomaron tomar", "parte posesión"),
    ),
    participle_endings=("do", "da", "dos", "das", "to", "ta", "tos", "tas"),
)

PORTUGUESE = LanguageFeatures(
    code="pt",
    possessives=_words("cujo cuja cujos cujas"),
    privatives=_words("sem"),
    chains_subjects=True,
    measured_adverbs=_words("depois antes atrás"),
    adverbs_before_adpositions=_words(
        "antes depois dentro fora perto longe diante atrás acima abaixo além junto"
    ),
    empty_phrases=frozenset(("por exemplo", "no entanto", "de fato", "além disso")),
    collectives=_words("entre"),
    comparatives=_words("como que"),
    negations=_words("não nunca jamais nem"),
    negative_conjunctions=_words("nem"),
    adversatives=_words("mas senão"),
    copulas=_words(
        "é são era eram foi foram será serão ser sido sendo seja sejam fosse fossem "
        "está estão estava estavam esteve estiveram estar estado estando sou somos"
    ),
    reflexives=_words("se"),
    relativisers=_words("que quem qual quais cujo cuja cujos cujas onde quando o_qual"),
    drops_subjects=True,
    light_verbs=_light(
        ("tem teve têm tiveram ter tinha", "lugar"),
        ("faz fez fazem fizeram fazer fazia", "parte uso"),
        ("dá deu dão deram dar dando", "lugar início origem"),
        ("toma tomou tomam tomaram tomar", "parte posse"),
    ),
    participle_endings=("do", "da", "dos", "das", "to", "ta", "tos", "tas"),
)

FRENCH = LanguageFeatures(
    code="fr",
    privatives=_words("sans"),
    measured_adverbs=_words("après avant plus tard"),
    adverbs_before_adpositions=_words("près loin autour hors lors auprès"),
    empty_phrases=frozenset(("par exemple", "en effet", "en revanche")),
    collectives=_words("entre"),
    comparatives=_words("comme que"),
    negations=_words("ne n' n’ pas plus jamais guère"),
    negative_conjunctions=_words("ni"),
    adversatives=_words("mais"),
    copulas=_words(
        "est sont était étaient fut furent sera seront être été étant soit soient"
    ),
    reflexives=_words("se s' s’"),
    relativisers=_words(
        "qui que qu' qu’ dont où lequel laquelle lesquels lesquelles auquel auxquels "
        "auxquelles duquel desquels desquelles"
    ),
    existentials=_words("y"),
    light_verbs=_light(
        ("a eu ont avoir avait eut eurent", "lieu"),
        ("fait faire font fit firent faisait", "partie"),
        ("prend prit prennent prirent prendre pris", "part fin place"),
        ("donne donna donner donnent donné", "lieu naissance"),
        ("met mit mettre mettent mis", "fin"),
    ),
    participle_endings=("é", "ée", "és", "ées", "i", "ie", "is", "it", "u", "ue", "us"),
)

CHINESE = LanguageFeatures(
    code="zh",
    pivots=(
        *"请 請 让 讓 使 令 叫 派 要求 命令 允许 允許 帮 幫 协助 協助".split(),
        *"邀请 邀請 劝 勸 迫使 促使 鼓励 鼓勵 禁止 任命 选 選 推举 推舉".split(),
        *"委托 委託 指示".split(),
    ),
    splits_coordination=True,
    negations=_words(
        "不 没 没有 未 并未 从未 並未 沒 沒有 從未 无法 無法 不再 並不 并不"
    ),
    copulas=_words("是 为 為 即"),
    passive_marks=_words("被 遭 受"),
    disposal_marks=_words("把 将 將"),
    range_marks=_words("至 到"),
    bound_adpositions=_words("给 給 到 为 為 成 向"),
    clauses_before_nouns=True,
    chains_subjects=True,
    objects_follow=True,
    linkers=_words("的 地 得"),
    keeps_quotes=True,
)

ARABIC = LanguageFeatures(
    code="ar",
    privatives=_words("دون بدون"),
    collectives=_words("بين"),
    negations=_words("لا لم لن ليس ما غير"),
    negative_conjunctions=_words("ولا ولم ولن"),
    adversatives=_words("لكن ولكن بل"),
    copulas=_words("هو هي هم كان كانت يكون تكون كانوا ليس ليست"),
    relativisers=_words("الذي التي الذين اللذين اللتين اللواتي اللاتي ما من حيث"),
    resumptives=_words("ه ها هم هما هن"),
    drops_subjects=True,
)

DEFAULT = LanguageFeatures()

FEATURES: Dict[str, LanguageFeatures] = {
    features.code: features
    for features in (
        ENGLISH,
        GERMAN,
        SPANISH,
        PORTUGUESE,
        FRENCH,
        CHINESE,
        ARABIC,
    )
}


def features_for(language: str) -> LanguageFeatures:
    """RETURNS (LanguageFeatures): Those of a language ("pt", also "pt-BR"); the
    defaults, which hold no words, for a language that is not in the table."""
    code = language.replace("_", "-").split("-")[0].lower()
    return FEATURES.get(code, DEFAULT)
