"""Codes of languages, as engines and dictionaries on disk write them."""

# ISO 639-1 and 639-3, for the languages of Apertium's and FreeDict's packages.
_PAIRS = """
af afr an arg ar ara ast ast az aze ba bak be bel bg bul bn ben br bre bs bos ca cat
cs ces cy cym da dan de deu el ell en eng eo epo es spa et est eu eus fa fas fi fin
fo fao fr fra ga gle gl glg he heb hi hin hr hrv ht hat hu hun id ind is isl it ita
ja jpn ka kat kk kaz km khm ko kor ku kur ky kir la lat lt lit lv lav mk mkd mn mon
mr mar ms msa mt mlt nb nob nl nld nn nno no nor oc oci os oss pa pan pl pol pt por
ro ron ru rus sa san sc srd se sme sh hbs sk slk sl slv sq sqi sr srp sv swe sw swa
ta tam te tel tg tgk th tha tl tgl tr tur tt tat ug uig uk ukr ur urd uz uzb vi vie
wo wol yi yid zh zho
""".split()
_LONG = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_SHORT = {long: short for short, long in _LONG.items()}
# The library codes of ISO 639-2 that differ.
_SHORT.update(ger="de", fre="fr", dut="nl", chi="zh", cze="cs", gre="el", wel="cy")


def short_code(language: str) -> str:
    """The code that spaCy uses for a language.

    language (str): A code of two or three letters, perhaps with a variant behind
        "-" or "_".
    RETURNS (str): The two-letter code where there is one, else the code in lower
        case, in both cases without the variant.
    """
    main = language.replace("_", "-").partition("-")[0].lower()
    return _SHORT.get(main, main)


def long_code(language: str) -> str:
    """RETURNS (str): The three-letter code of a language, else its own code."""
    main = short_code(language)
    return _LONG.get(main, main)


def variant(language: str) -> str:
    """RETURNS (str): What follows the language in a code: "BR" of "pt-BR", else ""."""
    return language.replace("_", "-").partition("-")[2]
