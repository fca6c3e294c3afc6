"""What the rules need to know of each language: data, no code."""

from typing import Dict

from ..doc.codes import code_or
from .features import LanguageFeatures
from .features import light as _light
from .features import words as _words

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

ITALIAN = LanguageFeatures(
    code="it",
    privatives=_words("senza"),
    chains_subjects=True,
    measured_adverbs=_words("dopo prima fa"),
    adverbs_before_adpositions=_words(
        "prima dopo dentro fuori vicino lontano davanti dietro sopra sotto accanto "
        "intorno insieme oltre fino"
    ),
    empty_phrases=frozenset(("per esempio", "ad esempio", "di fatto", "in effetti")),
    collectives=_words("tra fra"),
    comparatives=_words("come che"),
    negations=_words("non mai né neppure nemmeno neanche"),
    negative_conjunctions=_words("né"),
    adversatives=_words("ma bensì però"),
    copulas=_words(
        "è sono era erano fu furono sarà saranno essere stato stata stati state "
        "essendo sia siano fosse fossero sei siamo"
    ),
    reflexives=_words("si s'"),
    relativisers=_words("che chi cui quale quali dove quando"),
    existentials=_words("ci c' vi v'"),
    drops_subjects=True,
    light_verbs=_light(
        ("ha ebbe hanno ebbero avere aveva avuto", "luogo inizio"),
        ("fa fece fanno fecero fare faceva fatto", "parte uso riferimento"),
        ("prende prese prendono presero prendere preso", "parte atto"),
        ("dà diede danno diedero dare dato", "inizio vita luogo"),
    ),
    participle_endings=("to", "ta", "ti", "te", "so", "sa", "si", "se"),
)

GALICIAN = LanguageFeatures(
    code="gl",
    possessives=_words("cuxo cuxa cuxos cuxas"),
    privatives=_words("sen"),
    chains_subjects=True,
    measured_adverbs=_words("despois antes atrás"),
    adverbs_before_adpositions=_words(
        "antes despois dentro fóra preto lonxe diante detrás enriba debaixo arredor "
        "ademais xunto fronte"
    ),
    empty_phrases=frozenset(("por exemplo", "porén", "de feito", "ademais")),
    collectives=_words("entre"),
    comparatives=_words("como que ca"),
    negations=_words("non nunca xamais tampouco"),
    negative_conjunctions=_words("nin"),
    adversatives=_words("senón pero mais"),
    copulas=_words(
        "é son era eran foi foron será serán ser sido sendo sexa sexan fose fosen "
        "está están estaba estaban estivo estiveron estar estado estando somos"
    ),
    reflexives=_words("se"),
    relativisers=_words("que quen cal cales cuxo cuxa cuxos cuxas onde cando"),
    drops_subjects=True,
    light_verbs=_light(
        ("ten tivo teñen tiveron ter tiña", "lugar"),
        ("forma formou forman formaron formar formando formaba", "parte"),
        ("dá deu dan deron dar dando", "lugar inicio orixe conta"),
        ("fai fixo fan fixeron facer", "uso falta referencia fronte"),
    ),
    participle_endings=("do", "da", "dos", "das", "to", "ta", "tos", "tas"),
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
        ITALIAN,
        GALICIAN,
    )
}


def features_for(language: str) -> LanguageFeatures:
    """RETURNS (LanguageFeatures): Those of a language ("pt", also "pt-BR"); the
    defaults, which hold no words, for a language that is not in the table."""
    return FEATURES.get(code_or(language, ""), DEFAULT)
