"""Codes of languages: whatever people and programs write, as one code."""

import re
from functools import lru_cache
from typing import Any, Dict, Optional, Tuple

from ..errors import ConfigError, DataError

UNDETERMINED = "und"
NO_LANGUAGE = frozenset(("", "xx", "mul", UNDETERMINED))
"""Codes that say nothing of the language of a text."""

# Two letters (ISO 639-1), three (ISO 639-3), and the library code where it differs.
_PAIRS = """
aa aar, ab abk, ae ave, af afr, ak aka, am amh, an arg, ar ara, as asm, av ava, ay aym,
az aze, ba bak, be bel, bg bul, bi bis, bm bam, bn ben, bo bod tib, br bre, bs bos,
ca cat, ce che, ch cha, co cos, cr cre, cs ces cze, cu chu, cv chv, cy cym wel, da dan,
de deu ger, dv div, dz dzo, ee ewe, el ell gre, en eng, eo epo, es spa, et est,
eu eus baq, fa fas per, ff ful, fi fin, fj fij, fo fao, fr fra fre, fy fry, ga gle,
gd gla, gl glg, gn grn, gu guj, gv glv, ha hau, he heb, hi hin, ho hmo, hr hrv, ht hat,
hu hun, hy hye arm, hz her, ia ina, id ind, ie ile, ig ibo, ii iii, ik ipk, io ido,
is isl ice, it ita, iu iku, ja jpn, jv jav, ka kat geo, kg kon, ki kik, kj kua, kk kaz,
kl kal, km khm, kn kan, ko kor, kr kau, ks kas, ku kur, kv kom, kw cor, ky kir, la lat,
lb ltz, lg lug, li lim, ln lin, lo lao, lt lit, lu lub, lv lav, mg mlg, mh mah,
mi mri mao, mk mkd mac, ml mal, mn mon, mr mar, ms msa may, mt mlt, my mya bur, na nau,
nb nob, nd nde, ne nep, ng ndo, nl nld dut, nn nno, nr nbl, nv nav, ny nya, oc oci,
oj oji, om orm, or ori, os oss, pa pan, pi pli, pl pol, ps pus, pt por, qu que, rm roh,
rn run, ro ron rum, ru rus, rw kin, sa san, sc srd, sd snd, se sme, sg sag, sh hbs,
si sin, sk slk slo, sl slv, sm smo, sn sna, so som, sq sqi alb, sr srp, ss ssw, st sot,
su sun, sv swe, sw swa, ta tam, te tel, tg tgk, th tha, ti tir, tk tuk, tl tgl, tn tsn,
to ton, tr tur, ts tso, tt tat, tw twi, ty tah, ug uig, uk ukr, ur urd, uz uzb, ve ven,
vi vie, vo vol, wa wln, wo wol, xh xho, yi yid, yo yor, za zha, zh zho chi, zu zul
"""

# Codes that were withdrawn, and languages that are meant by the code of their group:
# "ar" is Standard Arabic, "zh" Mandarin, "no" Bokmål, as spaCy has it.
_OTHERS = """
in id, iw he, ji yi, jw jv, mo ro, mol ro, scc sr, scr hr, no nb, nor nb, fil tl,
als sq, arb ar, azj az, cmn zh, ekk et, gaz om, gug gn, khk mn, kpv kv, lvs lv, npi ne,
ory or, pbt ps, pbu ps, pes fa, plt mg, src sc, swh sw, uzn uz, ydd yi, zsm ms
"""

# Macrolanguages of ISO 639-3, each with those of their members that detectors or the
# table of facts know: what counts as one language in some context.
_MACROLANGUAGES = """
ar ary arz apc, az azb, bik bcl, et vro, fa prs, ff fuv, hbs bs hr sr cnr, kok gom,
ku ckb kmr sdh, lv ltg, ms id bjn min, no nb nn, sc sro, uz uzs, zh gan hak nan wuu yue
"""

_ROWS = [row.split() for row in _PAIRS.split(",")]
_LONG: Dict[str, str] = {short: long for short, long, *_ in _ROWS}
_SHORT: Dict[str, str] = {long: short for short, *longs in _ROWS for long in longs}
_SHORT.update((other, code) for other, code in map(str.split, _OTHERS.split(",")))

_WHOLE_OF: Dict[str, str] = {
    code: group[0]
    for group in map(str.split, _MACROLANGUAGES.split(","))
    for code in group
}

_TAG = re.compile(r"([a-z]{2,3})((?:(?:-[a-z0-9])?-[a-z0-9]{2,})*)")
_PLACE = re.compile(r"^((?:-[a-z]{4})?)((?:-[a-z]{2})?)(?=-|$)(.*)$")
# A member of a group behind the code of the group, as in "zh-yue".
_MEMBER = re.compile(r"-([a-z]{3})(?=-|$)(.*)")
_GROUPS = frozenset("ar kok lv ms sgn sw uz zh".split())
_WHOLE = {"zh-min-nan": "nan", "no-bok": "nb", "no-nyn": "nn"}


def language_code(language: Any, *, field: str = "") -> str:
    """The code by which the package knows a language: adapters, rules and words go by
    it.

    language (Optional[str]): A code of two or three letters (ISO 639) or a tag
        (BCP 47), in any case, with "-" or "_"; perhaps with what a system puts behind
        it ("pt_BR.UTF-8").
    field (str): The field of a record that it is, for the message.
    RETURNS (str): The code that spaCy uses, of two letters where there is one, without
        script and region. "und" for None and what says nothing: "", "xx", "mul".
    RAISES (DataError): If that is no code, such as "English".
    """
    return _parse(language, field)[0]


def language_tag(language: Any, *, field: str = "") -> str:
    """The tag of a language as BCP 47 has it, with what `language_code` leaves out.

    language (Optional[str]): See `language_code`.
    field (str): The field of a record that it is, for the message.
    RETURNS (str): For instance "pt-BR", "zh-Hant"; "und" for what says nothing.
    RAISES (DataError): If that is no code.
    """
    code, rest = _parse(language, field)
    script, region, others = _PLACE.findall(rest)[0]
    return f"{code}{script.title()}{region.upper()}{others}"


def code_or(language: Any, default: str) -> str:
    """RETURNS (str): The code of a language, see `language_code`; the default where
    that is no code, as with names that others may choose freely."""
    return language_code(language) if is_language_code(language) else default


def is_language_code(language: Any) -> bool:
    """RETURNS (bool): Whether that is a code or tag, or says that there is none."""
    if isinstance(language, str):
        return _split(language) is not None
    return language is None


def code_setting(name: str, language: Any) -> str:
    """Read a setting that is a language.

    name (str): What the setting is called.
    language (Any): Its value.
    RETURNS (str): The code, see `language_code`.
    RAISES (ConfigError): If that is no code.
    """
    try:
        return language_code(language)
    except DataError as e:
        raise ConfigError(f"{name}: {e}") from e


def long_code(language: str) -> str:
    """RETURNS (str): The three-letter code of a language, else its own code."""
    main = language_code(language)
    return _LONG.get(main, main)


def macrolanguage(language: str) -> str:
    """RETURNS (str): What ISO 639-3 counts the language with this code under, which
    others may be as well: "hbs" of Bosnian, Croatian and Serbian; else its own code."""
    return _WHOLE_OF.get(language, language)


def variant(language: str) -> str:
    """RETURNS (str): What follows the language in a tag: "BR" of "pt_BR", else ""."""
    return language_tag(language).partition("-")[2]


def _parse(language: Any, field: str) -> Tuple[str, str]:
    if language is None:
        return UNDETERMINED, ""
    if isinstance(language, str) and (parts := _split(language)) is not None:
        return parts
    raise DataError(
        f"A language must be a code such as 'de' or 'pt-BR', but this is "
        f"{language!r:.60}. `spacy xoie languages` lists codes; use {UNDETERMINED!r} "
        f"for one that is not known.",
        field,
    )


@lru_cache(maxsize=4096)
def _split(language: str) -> Optional[Tuple[str, str]]:
    """The code, and what stands behind it: "-br" of "pt-BR"."""
    tag = language.strip().lower().replace("_", "-")
    tag = re.split(r"[.@]", tag, maxsplit=1)[0] if tag[:1].isalpha() else tag
    if tag in NO_LANGUAGE:
        return UNDETERMINED, ""
    tag = _WHOLE.get(tag, tag)
    if (match := _TAG.fullmatch(tag)) is None:
        return None
    main, rest = match[1], match[2]
    main = _SHORT.get(main, main)
    if main in _GROUPS and (member := _MEMBER.fullmatch(rest)):
        main, rest = _SHORT.get(member[1], member[1]), member[2]
    return (UNDETERMINED, "") if main in NO_LANGUAGE else (main, rest)
