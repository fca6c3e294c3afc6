"""What the matching of cues knows of a language. Data, so that another language is
another entry; one without an entry is matched by its words alone."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Dict, FrozenSet, Mapping, Tuple

from ..doc.codes import language_code


@dataclass(frozen=True)
class Grammar:
    """Words of a language, in lower case.

    forms (Mapping[str, FrozenSet[str]]): Forms of irregular verbs that stand in cues,
        by the form under which cues name them.
    passive (FrozenSet[str]): Auxiliaries that mark the passive voice.
    strict (FrozenSet[str]): Those of them that mark nothing else before a participle.
    progressive (Tuple[str, …]): Endings of forms that are never passive.
    agents (Tuple[str, …]): What begins the agent of a passive; of several words.
    clear (Tuple[str, …]): Those of them that begin nothing else.
    markers (FrozenSet[str]): Prepositions of direct objects.
    contracted (Mapping[str, str]): Prepositions with an article, by the preposition.
    particles (Tuple[str, …]): Separable prefixes of verbs.
    clitics (FrozenSet[str]): Prepositions written as one word with the next.
    infinitive (FrozenSet[str]): Particles that only mark an infinitive.
    dates (FrozenSet[str]): What is written behind the numbers of a date.
    nobody (FrozenSet[str]): Pronouns that deny what is said of them.
    not_negations (Tuple[str, …]): Words that only look as if they began with one.
    """

    forms: Mapping[str, FrozenSet[str]] = field(default_factory=dict)
    passive: FrozenSet[str] = frozenset()
    strict: FrozenSet[str] = frozenset()
    progressive: Tuple[str, ...] = ()
    agents: Tuple[str, ...] = ()
    clear: Tuple[str, ...] = ()
    markers: FrozenSet[str] = frozenset()
    contracted: Mapping[str, str] = field(default_factory=dict)
    particles: Tuple[str, ...] = ()
    clitics: FrozenSet[str] = frozenset()
    infinitive: FrozenSet[str] = frozenset()
    dates: FrozenSet[str] = frozenset()
    nobody: FrozenSet[str] = frozenset()
    not_negations: Tuple[str, ...] = ()


@lru_cache(maxsize=64)
def grammar(language: str) -> Grammar:
    """RETURNS (Grammar): What is known of a language; nothing if it has no entry."""
    values: Dict[str, Any] = dict(_ENTRIES.get(language_code(language), {}))
    for name, value in values.items():
        if name == "forms":
            values[name] = {verb: frozenset(f.split()) for verb, f in value.items()}
        elif name == "contracted":
            values[name] = dict(pair.split(":") for pair in value.split())
        elif name in ("agents", "clear"):
            values[name] = tuple(value.split("|"))
        else:
            values[name] = type(getattr(_NOTHING, name))(value.split())
    values["agents"] = values.get("agents", ()) + values.get("clear", ())
    return Grammar(**values)


_NOTHING = Grammar()

_ENTRIES: Dict[str, Dict[str, Any]] = {
    "ar": {
        "forms": {"كان": "كان كانت يكون تكون كانوا", "هو": "هو هي هم هما"},
        "clear": "من قبل|من جانب|على يد|على أيدي|من طرف|بفعل|جراء",
        "clitics": "ب ل ك",
    },
    "de": {
        "forms": {
            "sein": "sein ist sind war waren gewesen sei",
            "werden": "werden wird wurde wurden worden geworden würde",
            "haben": "haben hat hatte hatten gehabt habe",
        },
        "passive": "wird werden wurde wurden worden",
        "strict": "wurde wurden worden",
        "agents": "von|vom|durch",
        "infinitive": "zu um",
        "nobody": "niemand niemanden niemandem nichts",
        "contracted": "im:in ins:in am:an ans:an beim:bei vom:von zum:zu zur:zu "
        "aufs:auf fürs:für",
        "particles": "ab an auf aus bei ein fest fort her hin los mit nach vor weg zu "
        "zurück zusammen um bereit statt teil fern frei",
    },
    "en": {
        "forms": {
            "be": "be is are was were been being am 's 're",
            "have": "have has had having 've",
        },
        "passive": "is are was were be been being get gets got",
        "strict": "is are was were be been being",
        "progressive": "ing",
        "agents": "by",
        "nobody": "nobody none nothing noone",
    },
    "es": {
        "forms": {
            "ser": "ser es son fue fueron era eran sido sea será serán siendo",
            "estar": "estar está están estuvo estaba estaban estado",
            "haber": "haber ha han había habían hubo",
            "tener": "tener tiene tienen tuvo tenía tenían tenido",
        },
        "passive": "es son fue fueron era eran sido ser será serán siendo se",
        "strict": "es son fue fueron era eran sido ser será serán siendo se",
        "progressive": "ando iendo",
        "agents": "por",
        "clear": "por parte de",
        "nobody": "nadie nada ninguno",
        "markers": "a al",
        "contracted": "al:a del:de",
    },
    "fr": {
        "forms": {
            "être": "être est sont était étaient été fut furent sera seront soit",
            "avoir": "avoir a ont avait avaient eu eut aura auront",
        },
        "passive": "est sont était étaient été fut furent sera seront être",
        "strict": "été",
        "progressive": "ant",
        "agents": "par",
        "nobody": "personne rien",
        "contracted": "au:à aux:à du:de des:de d':de",
    },
    "it": {
        "forms": {
            "essere": "essere è sono era erano stato stata stati state fu furono sarà",
            "avere": "avere ha hanno aveva avevano avuto ebbe",
        },
        "passive": "è sono era erano stato stata stati state fu furono viene venne",
        "strict": "viene venne",
        "agents": "da|dal|dalla|dallo|dai|dagli|dalle|dall'",
        "contracted": "al:a alla:a allo:a ai:a alle:a del:di della:di dello:di dei:di "
        "delle:di degli:di nel:in nella:in nello:in nei:in nelle:in dal:da dalla:da "
        "presso:presso d':di dell':di all':a nell':in dall':da",
    },
    "pt": {
        "forms": {
            "ser": "ser é são foi foram era eram sido seja será serão sendo",
            "estar": "estar está estão esteve estava estavam estado",
            "ter": "ter tem têm tinha tinham teve tido",
        },
        "passive": "é são foi foram era eram sido ser será serão sendo se",
        "strict": "é são foi foram era eram sido ser será serão sendo se",
        "progressive": "ando endo indo",
        "agents": "por|pelo|pela|pelos|pelas",
        "clear": "por parte de",
        "nobody": "ninguém nada",
        "contracted": "ao:a à:a aos:a às:a do:de da:de dos:de das:de no:em na:em "
        "nos:em nas:em num:em numa:em pelo:por pela:por pelos:por pelas:por",
    },
    "zh": {
        "passive": "被 遭 遭到 受到",
        "strict": "被",
        "clear": "被|由|遭",
        "dates": "年 月 日 号 號",
        "nobody": "没 沒",
        "markers": "把 将 將",
        "not_negations": "不断 不斷 不仅 不僅 不久 不同 不少 无锡 無錫",
    },
}
