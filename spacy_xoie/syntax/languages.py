"""What the rules need to know of each language: data, no code.

`data/features.json` holds what treebanks say of their languages, as counted by
`spacy xoie features`, and, counted likewise, `data/agreement.json` what the endings of
verbs show, and `data/cases.json` what forms of words exclude. What people found out on
top of that stands here, and in `data/verbs.json` what classes of verbs do.
"""

from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Dict, FrozenSet, Mapping

import srsly

from ..doc.codes import code_or
from ..errors import DataError
from ..language.facts import load_languages
from .features import LanguageFeatures

DEFAULT = LanguageFeatures(objects_precede=True)
DATA = Path(__file__).parent / "data" / "features.json"
AGREEMENT = DATA.with_name("agreement.json")
VERB_CLASSES = DATA.with_name("verbs.json")
CASES = DATA.with_name("cases.json")


def features_from(
    values: Mapping[str, Any], default: LanguageFeatures = DEFAULT
) -> LanguageFeatures:
    """Features from plain values, as JSON has them.

    values (Mapping[str, Any]): Lists of words, and what is true, by the name of the
        feature.
    default (LanguageFeatures): What holds of those that are not among them, and what
        a table has beside what is given.
    RETURNS (LanguageFeatures): The features.
    RAISES (DataError): If there is no such feature, or a value does not fit it.
    """
    typed: Dict[str, Any] = {}
    for name, value in values.items():
        kind = type(getattr(default, name, None))
        if kind in (frozenset, tuple) and isinstance(value, list):
            value = kind(value)
        if not isinstance(value, kind):
            raise DataError(
                f"{name!r} cannot be {value!r}: there is no such feature, or it is of "
                f"another kind. See spacy_xoie.syntax.features."
            )
        typed[name] = _joined(getattr(default, name), value) if kind is dict else value
    return replace(default, **typed)


def _joined(table: Mapping[str, Any], more: Any) -> Dict[str, Any]:
    """A table with what another one says, and with the words of both where they have
    words."""
    joined = {
        key: (
            value
            if isinstance(value, str)
            else table.get(key, frozenset()).union(value)
        )
        for key, value in more.items()
    }
    return {**table, **joined}


def _values(code: str, **values: Any) -> Dict[str, Any]:
    """Values from texts: of words, of phrases with bars between them, and of verb forms
    by the nouns that they go with."""
    for name, value in values.items():
        if name in ("empty_phrases", "approximators"):
            values[name] = value.split("|")
        elif name == "light_verbs":
            values[name] = {
                verb: frozenset(nouns.split())
                for verbs, nouns in value.items()
                for verb in verbs.split()
            }
        elif name in ("excluded", "genders", "antecedents"):
            values[name] = {key: frozenset(v.split()) for key, v in value.items()}
        elif isinstance(value, str) and not isinstance(getattr(DEFAULT, name), str):
            values[name] = value.split()
    return {"code": code, **values}


_NOT_MASCULINE = "die das eine keine diese dieses jede +der +einer +dieser zur ins"
_NOT_FEMININE = "das dem des ein eines einem einen im am vom zum beim ins =der"
_NOT_NEUTER = "die eine den einen =der +der +einer zur"
"""German determiners of nouns that are not of a gender, see `antecedents`."""

_LANGUAGES = (
    _values(
        "en",
        possessives="whose",
        parts_infinitives=True,
        privatives="without instead",
        splits_coordination=True,
        measured_adverbs="later earlier ago before afterwards",
        short_objects=True,
        keeps_complementizers=True,
        empty_phrases="for example|for instance|in order|in fact|in addition|of course",
        nested_facts=True,
        collectives="between among",
        negations="not n't never no longer neither nor hardly",
        negative_conjunctions="neither nor",
        adversatives="but yet",
        copulas="am is are was were be been being 's 're 'm",
        relative_adverbs="where when",
        relativisers="who whom whose which that where when what why whoever",
        existentials="there",
        light_verbs={
            "take takes took taken taking": "place part care charge control note "
            "office",
            "make makes made making": "use sense way fun",
            "give gives gave given giving": "birth rise way notice",
            "play plays played playing": "host",
            "lose loses lost losing": "sight touch",
        },
        infinitive_marks="to",
        modals="can could will would shall should may might must do does did",
        finite_endings="s ed ing",
        comparatives="than as like",
        participle_endings="ed en wn ung lt nt pt ought aught ld ft ade id cut put "
        "set hit ost un",
    ),
    _values(
        "de",
        possessives="dessen deren",
        privatives="ohne statt anstatt",
        splits_coordination=True,
        chains_subjects=True,
        measured_adverbs="später zuvor vorher lang früher nachher danach",
        nested_facts=True,
        appositions_apart=True,
        genitives_follow=True,
        genitive_determiners="des eines desselben derselben der einer",
        excluded={
            "subject": "den+ dem+ des+ einen+ einem+ eines+ keinen+ keinem+ keines+ "
            "diesen+ diesem+ jeden+ jedem+ jenen+ jenem+ meinen+ meinem+ "
            "deinen+ deinem+ seinen+ seinem+ ihren+ ihrem+ unseren+ unserem+ euren+ "
            "eurem+ welchen+ welchem+ manchen+ manchem+ einer+ keiner+ meiner+ "
            "seiner+ ihrer+ unserer+ ihn ihm ihnen mich mir dich dir uns euch sich den "
            "dem denen wen wem einen einem keinen keinem diesen diesem jeden jedem "
            "welchen welchem jemanden niemanden +~en ~em",
            "object": "ich du er wir man wer der+ dem+ des+ einem+ einer+ eines+ "
            "keinem+ keiner+ diesem+ dieser+ jedem+ jeder+ jenem+ jener+ meinem+ "
            "meiner+ deinem+ deiner+ seinem+ seiner+ ihrem+ ihrer+ unserem+ unserer+ "
            "eurem+ eurer+ welchem+ welcher+ ihm ihnen mir dir dem denen wem der "
            "jeder keiner einer niemand jemand ~em",
            "oblique": "ich du er wir man wer der~e jeder~e dieser~e jener~e ein/Masc "
            "kein/Masc mein/Masc sein/Masc ihr/Masc unser/Masc der/Masc jeder/Masc "
            "dieser/Masc",
        },
        genders={
            "Fem": "-in -ung -heit -keit -schaft -tät -ion -ik -ur -enz -anz -ie -ei "
            "-e -mutter -tochter -schwester -frau -stadt -welt -zeit -arbeit "
            "-bank -nacht -macht -kraft -luft -hand -wand -wahl -zahl -tür -uhr "
            "-art -angst -sicht -schrift -kunst -not -post -fahrt -haft -schuld "
            "-geduld -gewalt -antwort -person -polizei -partei -regierung "
            "-nummer -kammer -steuer -mauer -trauer -dauer -feder -oper -butter "
            "-schulter -leber -faser -feier -schlacht -pflicht -schicht -flucht "
            "-sucht -zucht -frucht -last -lust -brust -wurst -gunst -brut -flut "
            "-wut -glut -armut -tat -saat -naht -bahn -firma -form -norm "
            "-reform -natur -kultur -milch -band -ziffer -klammer -folter -ader "
            "-schweiz -türkei -ukraine -nato -bundeswehr -wehr -gefahr -jugend "
            "-tugend -nachbarschaft -geburt -burg -gegend -hochzeit -bibel "
            "-regel -insel -tafel -kugel -gabel -wurzel -formel -orgel -nadel "
            "-sauna",
            "Masc": "-er -junge -kunde -kollege -zeuge -experte -loge -erbe -sklave "
            "-riese -bote -pate -neffe -gatte -buchstabe -name -gedanke -friede "
            "-glaube -wille -funke -käse -affe -hase -löwe -rabe -brite -däne "
            "-franzose -grieche -pole -russe -schwede -türke -chinese -finne "
            "-ire -schotte -deutsche -beamte -angestellte -abgeordnete "
            "-beauftragte -service -vorsitzende -reisende -verletzte -gefangene "
            "-mann -vater -bruder -sohn -onkel -freund -könig -kaiser "
            "-präsident -minister -kanzler -arzt -chef -direktor -lehrer "
            "-händler -sprecher -schüler -student -polizist -soldat -tag -hund "
            "-könig -bürgermeister -staat -ein -termin -cousin -start -aufwand "
            "-palast -verlust -rat -ausschuss -verband -konzern -sturm -zug "
            "-dieb",
        },
        expletives="es",
        objects_precede=True,
        keeps_complementizers=True,
        empty_phrases="zum beispiel|in wirklichkeit|im übrigen",
        collectives="zwischen",
        negations="nicht nie niemals kaum weder",
        negative_conjunctions="weder noch",
        adversatives="sondern aber doch",
        copulas="bin bist ist sind seid war waren warst wart sei seien wäre wären",
        reflexives="sich",
        antecedents={
            **dict.fromkeys(("der/nsubj", "den/obj"), _NOT_MASCULINE),
            **dict.fromkeys(("die/nsubj", "die/obj", "der/obl"), _NOT_FEMININE),
            **dict.fromkeys(("das/nsubj", "das/obj"), _NOT_NEUTER),
            "dem/obl": "die eine diese +der +einer zur",
            "denen/obl": "das dem des ein eine einen einem einer im am vom zum zur",
        },
        relative_adverbs="wo wohin woher",
        relativisers="der die das den dem dessen deren denen welcher welche welches "
        "welchen welchem wer was wo worin woran worauf wodurch womit wofür wobei wozu",
        light_verbs={
            "nimmt nahm nehmen nahmen genommen": "teil platz stellung bezug einfluss",
            "findet fand finden fanden gefunden": "statt anwendung verwendung",
            "leistet leistete leisten geleistet": "hilfe widerstand",
            "übt übte üben geübt": "kritik",
        },
        infinitive_marks="zu",
        passives_lack_objects=True,
        range_marks="bis",
        infinitives_lack_subjects=True,
        infinitive_infix="zu",
        participle_infixes="ge be ver er zer ent miss emp",
        comparatives="als wie",
        role_marks="als wie",
        participle_endings="t en",
    ),
    _values(
        "es",
        ago_verbs="hace hacía",
        agreement={"o": "1s", "mos": "1p", "=vino": "3s", "=supo": "3s", "=cupo": "3s"},
        possessives="cuyo cuya cuyos cuyas",
        privatives="sin",
        chains_subjects=True,
        measured_adverbs="después antes atrás",
        adverbs_before_adpositions="antes después dentro fuera cerca lejos delante "
        "detrás encima debajo alrededor además junto frente",
        empty_phrases="por ejemplo|sin embargo|en cambio|de hecho",
        collectives="entre",
        comparatives="como que",
        negations="no nunca jamás tampoco",
        negative_conjunctions="ni",
        adversatives="sino pero",
        copulas="es son era eran fue fueron será serán ser sido siendo sea sean fuera "
        "fueran está están estaba estaban estuvo estuvieron estar estado estando soy "
        "somos",
        reflexives="se",
        antecedents={
            "el/": "la las los una unos unas",
            "la/": "el los las un unos unas del al",
            "los/": "el la las un una unas del al",
            "las/": "el la los un una unos del al",
        },
        relative_adverbs="donde adonde cuando",
        relativisers="que quien quienes cual cuales cuyo cuya cuyos cuyas donde cuando",
        drops_subjects=True,
        light_verbs={
            "tiene tuvo tienen tuvieron tener tenía": "lugar",
            "forma formó forman formaron formar formando formaba": "parte",
            "da dio dan dieron dar dando": "lugar inicio comienzo origen cuenta paso",
            "hace hizo hacen hicieron hacer": "uso falta referencia frente",
            "toma tomó toman tomaron tomar": "parte posesión",
        },
        participle_endings="do da dos das to ta tos tas",
    ),
    _values(
        "pt",
        ago_verbs="há havia faz fazia",
        possessives="cujo cuja cujos cujas",
        privatives="sem",
        chains_subjects=True,
        measured_adverbs="depois antes atrás",
        adverbs_before_adpositions="antes depois dentro fora perto longe diante atrás "
        "acima abaixo além junto",
        empty_phrases="por exemplo|no entanto|de fato|além disso",
        collectives="entre",
        comparatives="como que",
        negations="não nunca jamais nem",
        negative_conjunctions="nem",
        adversatives="mas senão",
        copulas="é são era eram foi foram será serão ser sido sendo seja sejam fosse "
        "fossem está estão estava estavam esteve estiveram estar estado estando sou "
        "somos",
        reflexives="se",
        relative_adverbs="onde aonde quando",
        relativisers="que quem qual quais cujo cuja cujos cujas onde quando o_qual",
        drops_subjects=True,
        light_verbs={
            "tem teve têm tiveram ter tinha": "lugar",
            "faz fez fazem fizeram fazer fazia": "parte uso",
            "dá deu dão deram dar dando": "lugar início origem",
            "toma tomou tomam tomaram tomar": "parte posse",
        },
        participle_endings="do da dos das to ta tos tas",
    ),
    _values(
        "fr",
        privatives="sans",
        measured_adverbs="après avant plus tard",
        adverbs_before_adpositions="près loin autour hors lors auprès",
        empty_phrases="par exemple|en effet|en revanche",
        collectives="entre",
        comparatives="comme que",
        negations="ne n' pas plus jamais guère",
        negative_conjunctions="ni",
        adversatives="mais",
        copulas="est sont était étaient fut furent sera seront être été étant soit "
        "soient",
        reflexives="se s'",
        antecedents={
            "lequel/": "la une cette les des ces ma sa",
            "auquel/": "la une cette les des ces ma sa",
            "duquel/": "la une cette les des ces ma sa",
            "laquelle/": "le un ce cet du au les des ces",
            "lesquels/": "le la un une l' ce cette du au",
            "auxquels/": "le la un une l' ce cette du au",
            "desquels/": "le la un une l' ce cette du au",
            "lesquelles/": "le la un une l' ce cette du au",
            "auxquelles/": "le la un une l' ce cette du au",
            "desquelles/": "le la un une l' ce cette du au",
        },
        relative_adverbs="où",
        relativisers="qui que qu' dont où lequel laquelle lesquels lesquelles "
        "auquel auxquels auxquelles duquel desquels desquelles",
        existentials="y",
        light_verbs={
            "a eu ont avoir avait eut eurent": "lieu",
            "fait faire font fit firent faisait": "partie",
            "prend prit prennent prirent prendre pris": "part fin place",
            "donne donna donner donnent donné": "lieu naissance",
            "met mit mettre mettent mis": "fin",
        },
        participle_endings="é ée és ées i ie is it u ue us",
    ),
    _values(
        "zh",
        pivots="请 請 让 讓 使 令 叫 派 要求 命令 允许 允許 帮 幫 协助 協助 邀请 邀請 "
        "劝 勸 迫使 促使 鼓励 鼓勵 禁止 任命 选 選 推举 推舉 委托 委託 指示",
        verbs_in_rows=True,
        parts_infinitives=True,
        splits_coordination=True,
        negations="不 没 没有 未 并未 从未 並未 沒 沒有 從未 无法 無法 不再 並不 并不",
        copulas="是 为 為 即",
        agent_marks="由",
        passive_marks="被 遭 受",
        disposal_marks="把 将 將",
        range_marks="至 到",
        bound_adpositions="给 給 到 为 為 成 向",
        clauses_before_nouns=True,
        chains_subjects=True,
        objects_follow=True,
        linkers="的 地 得",
        coverbs="在 于 於 从 從 向 对 對 给 給 与 與 同 跟 以 按 按照 根据 根據 通过 "
        "通過 自",
        existential_verbs="有 没有 沒有",
        time_words="去年 今年 明年 前年 昨天 今天 明天 前天 昨日 今日 明日 昨晚 今晚 "
        "周一 周二 周三 周四 周五 周六 周日 周末 本周 上周 下周 本月 上月 下月 "
        "当天 當天 当日 當日 当年 當年 当时 當時 后来 後來 每年 每天 每月 每周 "
        "目前 现在 現在 如今 近年 近日 日前 早上 上午 中午 下午 晚上 傍晚 凌晨 "
        "星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天",
        time_units="年 月 日 号 號",
        keeps_quotes=True,
    ),
    _values(
        "ar",
        privatives="دون بدون",
        collectives="بين",
        negations="لا لم لن ليس ما غير",
        negative_conjunctions="ولا ولم ولن",
        adversatives="لكن ولكن بل",
        copulas="هو هي هم كان كانت يكون تكون كانوا ليس ليست",
        relative_adverbs="حيث",
        relativisers="الذي التي الذين اللذين اللتين اللواتي اللاتي ما من حيث",
        copular_pronouns="هو هي هم هما هن",
        drops_copulas=True,
        fused_subjects="أنه أنها أنهم أنهما أنهن إنه إنها إنهم إنهما لكنه لكنها لكنهم "
        "ولكنه ولكنها ولكنهم بأنه بأنها بأنهم لأنه لأنها لأنهم كأنه كأنها وأنه وأنها",
        resumptives="ه ها هم هما هن فيه فيها فيهم فيهما عليه عليها عليهم عليهما به بها "
        "بهم بهما منه منها منهم منهما له لها لهم لهما إليه إليها إليهم إليهما عنه عنها "
        "عنهم عنهما معه معها معهم معهما خلاله خلالها",
        drops_subjects=True,
        article_prefixes="ال وال فال بال كال وبال لل ولل",
        fused_adpositions="بال كال وبال لل ولل",
        possessive_endings="ها هم هما هن",
        feminine_endings="ة",
        feminine_adjective_endings="ة ى اء ا",
        object_endings="ها هم هما ته وه",
        approximators="ما يقرب من|ما يقارب|ما يزيد على|ما يزيد عن|ما لا يقل عن",
        plural_endings="ون ين ات",
        relational_endings="ية",
        feminine_verb_endings="ت ته تها تهم تهما",
        feminine_verb_prefixes="ت ست وت فت",
        plural_verb_endings="وا",
        preverbs="لم لن سوف قد لقد ولم ولن وسوف وقد",
        complementizers="أن إن بأن فإن لأن وأن وإن",
        time_words="عام سنة يوم ليلة صباح مساء ظهر فجر أمس غدا اليوم العام السنة "
        "الشهر الأسبوع الليلة",
    ),
    _values(
        "it",
        privatives="senza",
        chains_subjects=True,
        measured_adverbs="dopo prima fa",
        adverbs_before_adpositions="prima dopo dentro fuori vicino lontano davanti "
        "dietro sopra sotto accanto intorno insieme oltre fino",
        empty_phrases="per esempio|ad esempio|di fatto|in effetti",
        collectives="tra fra",
        comparatives="come che",
        negations="non mai né neppure nemmeno neanche",
        negative_conjunctions="né",
        adversatives="ma bensì però",
        copulas="è sono era erano fu furono sarà saranno essere stato stata stati "
        "state essendo sia siano fosse fossero sei siamo",
        reflexives="si s'",
        antecedents={
            "il/": "la le una i gli dei delle",
            "la/": "il lo un i gli le del dei",
            "i/": "il lo la un una del della le",
            "le/": "il lo la un una del della i gli",
        },
        relative_adverbs="dove quando",
        possessives="cui",
        relativisers="che chi cui quale quali dove quando",
        existentials="ci c' vi v'",
        drops_subjects=True,
        agreement={"ò": "3s", "ì": "3s", "rono": "3p", "ero": "3p", "rà": "3s"},
        light_verbs={
            "ha ebbe hanno ebbero avere aveva avuto": "luogo inizio",
            "fa fece fanno fecero fare faceva fatto": "parte uso riferimento",
            "prende prese prendono presero prendere preso": "parte atto",
            "dà diede danno diedero dare dato": "inizio vita luogo",
        },
        participle_endings="to ta ti te so sa si se",
    ),
    _values(
        "gl",
        ago_verbs="hai había fai",
        agreement={"mos": "1p"},
        possessives="cuxo cuxa cuxos cuxas",
        privatives="sen",
        chains_subjects=True,
        measured_adverbs="despois antes atrás",
        adverbs_before_adpositions="antes despois dentro fóra preto lonxe diante "
        "detrás enriba debaixo arredor ademais xunto fronte",
        empty_phrases="por exemplo|porén|de feito|ademais",
        collectives="entre",
        comparatives="como que ca",
        negations="non nunca xamais tampouco",
        negative_conjunctions="nin",
        adversatives="senón pero mais",
        copulas="é son era eran foi foron será serán ser sido sendo sexa sexan fose "
        "fosen está están estaba estaban estivo estiveron estar estado estando somos",
        reflexives="se",
        relative_adverbs="onde cando",
        relativisers="que quen cal cales cuxo cuxa cuxos cuxas onde cando",
        drops_subjects=True,
        light_verbs={
            "ten tivo teñen tiveron ter tiña": "lugar",
            "forma formou forman formaron formar formando formaba": "parte",
            "dá deu dan deron dar dando": "lugar inicio orixe conta",
            "fai fixo fan fixeron facer": "uso falta referencia fronte",
        },
        participle_endings="do da dos das to ta tos tas",
    ),
    _values(
        "nl",
        possessives="wiens wier",
        relative_adverbs="waar waarin waarop waarheen toen",
        relativisers="die dat wie wat welke wiens wier waar waarin waarop waarmee "
        "waarvan waardoor waarbij waarover waarheen toen",
    ),
    _values(
        "sv",
        possessives="vars",
        relative_adverbs="där dit då",
        relativisers="som vars vilken vilket vilka där dit då",
    ),
    _values(
        "da",
        possessives="hvis",
        relative_adverbs="hvor da",
        relativisers="der som hvis hvad hvilken hvilket hvilke hvor da",
    ),
    _values("nb", possessives="hvis", relative_adverbs="hvor da der"),
    _values("nn", relative_adverbs="der då"),
    _values(
        "ru",
        possessives="чей чья чьё чье чьи чьего чьей чьих чьим чьем чьём чью",
        relative_adverbs="где куда откуда когда",
        relativisers="который которая которое которые которого которой которому "
        "которую которым которых котором которыми что кто чей чья чьё чье чьи чьего "
        "чьей чьих чьим чьем чьём чью где куда откуда когда",
    ),
    _values(
        "uk",
        possessives="чий чия чиє чиї чийого чиєї чиїх чию",
        relative_adverbs="де куди звідки коли",
        relativisers="який яка яке які якого якої якому якій яку яким якою яких якими "
        "котрий котра котре котрі що хто чий чия чиє чиї чийого чиєї чиїх чию де куди "
        "звідки коли",
    ),
    _values(
        "cs",
        possessives="jehož jejíž jejichž",
        relative_adverbs="kde kam odkud kdy",
    ),
    _values("sk", relative_adverbs="kde kam odkiaľ kedy"),
    _values("hr", relative_adverbs="gdje kamo kada kad"),
    _values("sr", relative_adverbs="gde kada kad где када кад"),
    _values("ro", possessives="cărui cărei căror", relative_adverbs="unde când"),
    _values(
        "el",
        relative_adverbs="όπου",
        relativisers="που οποίος οποία οποίο οποίου οποίας οποίον οποίοι οποίες οποίων "
        "οποίους όπου",
    ),
    _values(
        "lt",
        relative_adverbs="kur kada",
        relativisers="kuris kuri kurio kurios kuriam kuriai kurį kurią kuriuo kuria "
        "kuriame kurioje kurie kurių kuriems kurioms kuriuos kurias kuriais kuriomis "
        "kas ko kur kada",
    ),
    _values("lv", relative_adverbs="kur kad"),
    _values("tr", genitive_endings="ın in un ün"),
)

_BY_HAND: Dict[str, Dict[str, Any]] = {values["code"]: values for values in _LANGUAGES}


NEGATIONS = frozenset("""
    не ні ня nie ne nej ikke ikkje inte icke aldri aldrig niet nooit никогда никад
    никада nikdy nikada nikoli nem soha ei ekki tidak bukan belum değil không chẳng
    chưa नहीं न मत নয় না όχι δεν μην δε לא אל אין نه نی نہیں ni nid nad níl ní níor
    nach nár ez nic ไม่ มิ 안 못 ոչ չի
    """.split())
"""Words that negate the verb whose adverb they are, where trees say so or nobody knows
better."""

PRIVATIVES = frozenset("""
    без bez brez utan utanför uten uden sonder zonder fără ilman χωρίς δίχως בלי ללא
    sans sin sem sen senza ohne without nélkül tanpa gan heb بدون دون بغیر बिना
    """.split())
"""Words before or after what does not happen ("without paying")."""

RELATIVISERS = frozenset("""
    który która które którego której któremu którą którym których którymi którzy gdzie
    който която което които когото чийто чиято чието чиито където
    aki akit akinek amely amelyet amelynek amelyben amelyik ami amit aminek ahol amikor
    kes kelle keda mis mille mida millest milles kus
    que qui què qual quals on
    """.split())
"""Words that stand in a relative clause for its antecedent, in languages whose trees
nobody counted."""

UNKNOWN = replace(
    DEFAULT,
    negations=NEGATIONS.union(*(values.get("negations", ()) for values in _LANGUAGES)),
    relativisers=RELATIVISERS,
    possessives=frozenset("którego której których чийто чиято чието чиито".split()),
    relative_adverbs=frozenset("gdzie където ahol amikor kus on".split()),
)
"""Of any other language: a network may read it all the same."""


def features_for(language: str) -> LanguageFeatures:
    """RETURNS (LanguageFeatures): Those of a language ("pt", also "pt-BR"); for one
    that nobody counted what is known of its order, and no words but those that negate
    in some language."""
    return _features(code_or(language, ""))


def known_languages() -> FrozenSet[str]:
    """RETURNS (FrozenSet[str]): Codes of the languages whose features are known."""
    return frozenset({*_BY_HAND, *_counted()})


@cache
def _features(code: str) -> LanguageFeatures:
    counted, by_hand = _counted().get(code), _BY_HAND.get(code)
    if counted is None and by_hand is None:
        return _typological(code)
    default = LanguageFeatures(code) if counted is None else replace(DEFAULT, code=code)
    default = replace(default, agreement=_agreement().get(code, {}))
    default = features_from(_cases().get(code, {}), default)
    verbs = _values(code, **_verb_classes().get(code, {}))
    known = features_from(verbs, features_from(counted or {}, default))
    return features_from(by_hand or {}, known)


def _typological(code: str) -> LanguageFeatures:
    """Of a language that nobody counted: what facts about its order say, and of one
    whose verbs come last what all those have that were counted."""
    facts = load_languages().get(code)
    if facts is None:
        return UNKNOWN
    known = {name: "|".join(sorted(some)) for name, some in facts.features.items()}
    is_verb_final = known.get("order") == "SOV"
    return replace(
        UNKNOWN,
        postpositions=known.get("adposition") == "after",
        genitives_follow=known.get("genitive") == "after",
        clauses_before_nouns=known.get("relative") == "before",
        drops_subjects=known.get("pronoun") == "dropped",
        light_verbs_follow=is_verb_final,
        verb_particles=UNKNOWN.verb_particles
        | ({"compound"} if is_verb_final else set()),
    )


@lru_cache(maxsize=1)
def _agreement() -> Dict[str, Dict[str, str]]:
    """What the endings of verbs show, by language."""
    tables: Dict[str, Dict[str, str]] = srsly.read_json(AGREEMENT)
    return tables


@lru_cache(maxsize=1)
def _cases() -> Dict[str, Dict[str, Any]]:
    """What forms of words exclude, by language."""
    tables: Dict[str, Dict[str, Any]] = srsly.read_json(CASES)
    return tables


@lru_cache(maxsize=1)
def _counted() -> Dict[str, Dict[str, Any]]:
    """What treebanks say, by language."""
    entries: Dict[str, Dict[str, Any]] = {
        code: entry["features"] for code, entry in srsly.read_json(DATA).items()
    }
    return entries


@lru_cache(maxsize=1)
def _verb_classes() -> Dict[str, Dict[str, str]]:
    """What verbs of a class begin with, and what goes with them, by language."""
    classes: Dict[str, Dict[str, str]] = srsly.read_json(VERB_CLASSES)
    return classes
