"""What tells languages apart that the statistics of letters confuse: words of Croatian
and Serbian in Latin letters, and the characters of Chinese and Japanese."""

import math
import re
from functools import cache, lru_cache
from typing import Dict, Pattern, Tuple

from .scripts import script_of

_STEP = 3.0
"""The logarithm of the odds that a word changes."""

_MOST = 6
"""Words that count, so that a long quotation does not decide."""

# Forms of standard Croatian (with the reflex "ije", "je" of yat) and of Serbian (with
# "e"), words for everyday things, months; "*": any ending.
_CROATIAN = """
    itko netko nitko svatko tko također tijekom unatoč nazočn* uvjet* sustav* tisuć*
    tjed* općin* opće* opći* točn* tvrtk* tvornic* glazb* nogomet* kazališ* vlak vlaka
    vlaku vlakom vlakov* zrakoplov* izvješ* župani* suradnj* obitelj* povijes*
    gospodarstv* znanstven* sveučiliš* europ* siječ* veljač* ožuj* travnj* svibnj*
    srpnj* kolovoz* rujn* listopad* studenog* prosin* lijep* ljep* prije poslije gdje
    ovdje ondje negdje nigdje uvijek čovje* djec* dijet* djel* dvije obje organizir*
    kontrolir* informir* financ* kruh kruha odjel* osjeć* osjet* liječ* lječ* kemij*
    rajčic* sjever* posljed* nasljed* slijed* nedjelj* ponedjelj* savjet* svjedo*
"""
_SERBIAN = """
    ko niko šta takođe tokom uprkos uslov* sistem* hiljad* nedelj* opštin* opšt* tačn*
    fabrik* muzik* fudbal* pozoriš* voz voza vozom avion* izvešta* saradnj* porodic*
    istorij* privred* naučn* univerzitet* evrop* januar* februar* mart marta martu
    april* maj maja jun juna jul jula avgust* septembr* oktobr* novembr* decembr* lep
    lepa lepo lepi lepe lepš* pre posle gde ovde onde negde nigde uvek čovek* dete
    deteta deca dece deci decu deo dela delu delom dve obe organizova* kontrolisa*
    informisa* finansi* hleb* odeljenj* osećaj* oseća* osetio osetila leč* lekar* hemij*
    paradajz* sever* posled* nasled* ponedelj* savet* svedo* vreme vremena vremenu
    vremensk* vredn* mesto mesta mestu mestima mesec* mera mere svet sveta svetu svetsk*
    leto leta reč reči ceo cela celo celi cele celog hteo htela hteli videla videli
    razume* rešen* reši* rešav* uspeo uspela uspeh* smer* pesm* peva* mlek* sneg* reka
    reci bela belo beli vera vere vek veka vekov* primer primera primeri primeru
    predlog* promen* primen* zamen* izmen* namen* vesti obavešt* zvezd* zahtev* sednic*
    sećanj* seća* uver* telo tela telu stotin* umetn* hirur* bezbedn* obezbe* saopšt*
    uopšt* pobed* podel* zvaničn* štamp* devoj* sused* umesto svest* posvet* povred*
    uvred* slep* ubed* ocen* procen* sedišt* ostrv* spolj* sopstven* vaspit* vazduh*
"""
_YAT = r"\w*(?:[bdlmrstv]ije[cčdhjklmprstvz]|[mptv]je)\w*"
"""Where Serbian has "e" after a consonant."""

_SHARED = 8
"""Characters of a stretch without kana in Japanese, seldom more."""

_CHINESE = 4.0
"""The highest odds of Chinese to Japanese where only other sentences can tell: low
enough for `in_context` to turn them."""


def correct_close(text: str, logs: Dict[str, float]) -> None:
    """Correct the probabilities of languages that are close to each other.

    text (str): The text, folded.
    logs (Dict[str, float]): Logarithms of the probability of each language, up to a
        constant, of those that are not out of the question; corrected in place.
    """
    if "hr" in logs and "sr" in logs:
        surplus = _surplus(text.lower())
        logs["sr" if surplus > 0 else "hr"] -= _STEP * abs(surplus)
    if "ja" in logs and "zh" in logs:
        _correct_han(text, logs)


def _correct_han(text: str, logs: Dict[str, float]) -> None:
    """Many words of Japanese are written without kana. National sets of characters (GB
    2312 and Big5; JIS X 0208) tell which characters are in use for one language
    only."""
    letters = [char for char in text if char.isalpha()]
    uses = [_in_use(char) for char in letters if script_of(char) == "CJK"]
    is_chinese, is_japanese = "zh" in uses, "ja" in uses
    if is_japanese and not is_chinese:
        logs["ja"] = max(logs["ja"], logs["zh"] + math.log(_CHINESE))
    elif not is_chinese and len(uses) == len(letters) <= _SHARED:
        logs["ja"] = max(logs["ja"], logs["zh"] - math.log(_CHINESE))


@lru_cache(maxsize=8192)
def _in_use(char: str) -> str:
    """ "zh" or "ja" for what is in use for that alone, else ""."""
    chinese = _is_in(char, "gb2312") or _is_in(char, "big5")
    japanese = _is_in(char, "shift_jis")
    return "" if chinese == japanese else "zh" if chinese else "ja"


def _is_in(char: str, name: str) -> bool:
    try:
        char.encode(name)
    except UnicodeEncodeError:
        return False
    return True


def _surplus(text: str) -> int:
    """By how many words a text is rather Croatian than Serbian."""
    croatian, serbian = (len(one.findall(text)) for one in _patterns())
    return max(-_MOST, min(croatian - serbian, _MOST))


@cache
def _patterns() -> Tuple[Pattern[str], Pattern[str]]:
    return _pattern(_CROATIAN, _YAT), _pattern(_SERBIAN)


def _pattern(words: str, *others: str) -> Pattern[str]:
    forms = [
        word.removesuffix("*") + (r"\w*" if word.endswith("*") else "")
        for word in words.split()
    ]
    return re.compile(rf"\b(?:{'|'.join([*forms, *others])})\b")
