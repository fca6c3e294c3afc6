"""One hand-made tree for each construction."""

import pytest
from syntax_builders import facts, make_tree

from spacy_xoie.syntax import Rules, rules_for
from spacy_xoie.syntax.languages import features_for

CASES = {
    "clause": (
        "en",
        "The/DET/2/det baker/NOUN/3/nsubj sells/VERB/0/root warm/ADJ/5/amod "
        "bread/NOUN/3/obj in/ADP/7/case Lisbon/PROPN/3/obl ./PUNCT/3/punct",
        {"The baker | sells | warm bread | in Lisbon"},
    ),
    "negation and auxiliaries": (
        "en",
        "She/PRON/4/nsubj has/AUX/4/aux not/PART/4/advmod seen/VERB/0/root "
        "it/PRON/4/obj yet/ADV/4/advmod",
        {"She | has not seen | it"},
    ),
    "negation in a language without features": (
        "uk",
        "Рада/NOUN/3/nsubj не/PART/3/advmod купила/VERB/0/root дім/NOUN/3/obj",
        {"Рада | не купила | дім"},
    ),
    "negation in a language that nobody told": (
        "",
        "Kommittén/NOUN/2/nsubj godkände/VERB/0/root inte/PART/2/advmod "
        "budgeten/NOUN/2/obj",
        {"Kommittén | godkände inte | budgeten"},
    ),
    "negated conjuncts of a verb": (
        "en",
        "She/PRON/4/nsubj did/AUX/4/aux not/PART/4/advmod call/VERB/0/root "
        "Bo/PROPN/4/obj or/CCONJ/7/cc visit/VERB/4/conj Ann/PROPN/7/obj",
        {"She | did not call | Bo", "She | did not visit | Ann"},
    ),
    "no negation after but": (
        "en",
        "It/PRON/4/nsubj:pass was/AUX/4/aux:pass not/PART/4/advmod dropped/VERB/0/root "
        "in/ADP/6/case May/PROPN/4/obl but/CCONJ/8/cc delayed/VERB/4/conj "
        "until/ADP/10/case June/PROPN/8/obl",
        {"It | was not dropped | in May", "It | was delayed | until June"},
    ),
    "neither, nor": (
        "en",
        "She/PRON/3/nsubj neither/CCONJ/3/cc:preconj bought/VERB/0/root "
        "bread/NOUN/3/obj nor/CCONJ/6/cc sold/VERB/3/conj fish/NOUN/6/obj",
        {"She | neither bought | bread", "She | nor sold | fish"},
    ),
    "neither, nor, of nouns": (
        "en",
        "Neither/CCONJ/2/cc:preconj Bo/PROPN/5/nsubj nor/CCONJ/4/cc Ann/PROPN/2/conj "
        "eats/VERB/0/root neither/CCONJ/7/cc:preconj meat/NOUN/5/obj nor/CCONJ/9/cc "
        "fish/NOUN/7/conj",
        {
            "Neither Bo | eats | neither meat",
            "Neither Bo | eats | nor fish",
            "nor Ann | eats | neither meat",
            "nor Ann | eats | nor fish",
        },
    ),
    "ni": (
        "es",
        "No/ADV/2/advmod firmó/VERB/0/root ni/CCONJ/4/cc leyó/VERB/2/conj la/DET/6/det "
        "carta/NOUN/2/obj",
        {" | No firmó | la carta", " | ni leyó | la carta"},
    ),
    "not one but the other": (
        "en",
        "Ada/PROPN/5/nsubj was/AUX/5/cop not/PART/5/advmod a/DET/5/det "
        "poet/NOUN/0/root but/CCONJ/8/cc a/DET/8/det pilot/NOUN/5/conj",
        {"Ada | was not | a poet"},
    ),
    "a number of two words": (
        "es",
        "Murió/VERB/0/root a/ADP/6/case los/DET/6/det treinta/NUM/6/nummod "
        "y/CCONJ/6/cc años/NOUN/1/obl",
        {" | Murió | a los treinta y años"},
    ),
    "a relative clause on what somebody is": (
        "en",
        "Ada/PROPN/4/nsubj is/AUX/4/cop a/DET/4/det pilot/NOUN/0/root "
        "who/PRON/6/nsubj flew/VERB/4/acl:relcl to/ADP/8/case Rome/PROPN/6/obl",
        {"Ada | is | a pilot", "Ada | flew | to Rome"},
    ),
    "a role that trees take for a conjunct": (
        "de",
        "Sie/PRON/2/nsubj gilt/VERB/0/root als/CCONJ/4/cc Heldin/NOUN/2/obl",
        {"Sie | gilt | als Heldin"},
    ),
    "an adverb before an adposition": (
        "es",
        "Quiso/VERB/0/root verla/VERB/1/xcomp antes/ADV/2/advmod de/ADP/6/case "
        "el/DET/6/det verano/NOUN/2/obl",
        {" | Quiso verla | antes de el verano"},
    ),
    "a participle that is tagged as an adjective": (
        "en",
        "It/PRON/3/nsubj:pass was/AUX/3/aux:pass built/VERB/0/root by/ADP/5/case "
        "monks/NOUN/3/obl ,/PUNCT/7/punct damaged/ADJ/3/advcl by/ADP/9/case "
        "fire/NOUN/7/obl",
        {"It | was built | by monks", "It | damaged | by fire"},
    ),
    "copula with a noun": (
        "en",
        "Otters/NOUN/4/nsubj are/AUX/4/cop quick/ADJ/4/amod swimmers/NOUN/0/root",
        {"Otters | are | quick swimmers"},
    ),
    "copula with an adjective and an oblique": (
        "en",
        "Otters/NOUN/3/nsubj are/AUX/3/cop fond/ADJ/0/root of/ADP/5/case "
        "fish/NOUN/3/obl",
        {"Otters | are fond | of fish"},
    ),
    "copula with a place": (
        "en",
        "The/DET/2/det key/NOUN/6/nsubj was/AUX/6/cop under/ADP/6/case the/DET/6/det "
        "mat/NOUN/0/root",
        {"The key | was | under the mat"},
    ),
    "copula with coordinated predicates": (
        "en",
        "Ada/PROPN/4/nsubj was/AUX/4/cop a/DET/4/det poet/NOUN/0/root and/CCONJ/7/cc "
        "a/DET/7/det pilot/NOUN/4/conj",
        {"Ada | was | a poet", "Ada | was | a pilot"},
    ),
    "passive": (
        "en",
        "The/DET/2/det song/NOUN/4/nsubj:pass was/AUX/4/aux:pass written/VERB/0/root "
        "by/ADP/6/case Noor/PROPN/4/obl:agent",
        {"The song | was written | by Noor"},
    ),
    "particle": (
        "en",
        "He/PRON/2/nsubj gave/VERB/0/root up/ADP/2/compound:prt chess/NOUN/2/obj",
        {"He | gave up | chess"},
    ),
    "coordinated verbs": (
        "en",
        "The/DET/2/det storm/NOUN/4/nsubj:pass was/AUX/4/aux:pass tracked/VERB/0/root "
        "by/ADP/6/case radar/NOUN/4/obl and/CCONJ/8/cc hit/VERB/4/conj the/DET/10/det "
        "coast/NOUN/8/obj",
        {"The storm | was tracked | by radar", "The storm | hit | the coast"},
    ),
    "a shared passive auxiliary": (
        "en",
        "Nets/NOUN/3/nsubj:pass are/AUX/3/aux:pass cut/VERB/0/root into/ADP/5/case "
        "strips/NOUN/3/obl and/CCONJ/7/cc washed/VERB/3/conj with/ADP/9/case "
        "soap/NOUN/7/obl",
        {"Nets | are cut | into strips", "Nets | are washed | with soap"},
    ),
    "coordinated subjects and objects": (
        "en",
        "Ida/PROPN/4/nsubj and/CCONJ/3/cc Per/PROPN/1/conj grow/VERB/0/root "
        "leeks/NOUN/4/obj and/CCONJ/7/cc kale/NOUN/5/conj",
        {
            "Ida | grow | leeks",
            "Ida | grow | kale",
            "Per | grow | leeks",
            "Per | grow | kale",
        },
    ),
    "a shared adposition": (
        "en",
        "It/PRON/2/nsubj deals/VERB/0/root with/ADP/4/case fraud/NOUN/2/obl "
        "and/CCONJ/6/cc theft/NOUN/4/conj",
        {"It | deals | with fraud", "It | deals | with theft"},
    ),
    "no split between": (
        "en",
        "It/PRON/2/nsubj lies/VERB/0/root between/ADP/4/case Rome/PROPN/2/obl "
        "and/CCONJ/6/cc Pisa/PROPN/4/conj",
        {"It | lies | between Rome and Pisa"},
    ),
    "relative clause on the subject": (
        "en",
        "Mia/PROPN/2/nsubj met/VERB/0/root a/DET/4/det man/NOUN/2/obj "
        "who/PRON/6/nsubj sold/VERB/4/acl:relcl maps/NOUN/6/obj",
        {"Mia | met | a man", "a man | sold | maps"},
    ),
    "relative clause without a pronoun": (
        "en",
        "The/DET/2/det man/NOUN/5/nsubj Mia/PROPN/4/nsubj met/VERB/2/acl:relcl "
        "sold/VERB/0/root maps/NOUN/5/obj",
        {"The man | sold | maps", "Mia | met | The man"},
    ),
    "relative clause with an adposition": (
        "en",
        "The/DET/2/det house/NOUN/7/nsubj in/ADP/4/case which/PRON/6/obl "
        "Eva/PROPN/6/nsubj lives/VERB/2/acl:relcl has/VERB/0/root two/NUM/9/nummod "
        "doors/NOUN/7/obj",
        {"The house | has | two doors", "Eva | in lives | The house"},
    ),
    "whose": (
        "en",
        "Mia/PROPN/2/nsubj met/VERB/0/root a/DET/4/det man/NOUN/2/obj "
        "whose/PRON/6/nmod:poss boat/NOUN/7/nsubj sank/VERB/4/acl:relcl in/ADP/9/case "
        "May/PROPN/7/obl",
        {"Mia | met | a man", "a man whose boat | sank | in May"},
    ),
    "dessen": (
        "de",
        "Mia/PROPN/2/nsubj traf/VERB/0/root einen/DET/4/det Mann/NOUN/2/obj "
        ",/PUNCT/10/punct dessen/DET/7/det:poss Boot/NOUN/10/nsubj im/ADP/9/case "
        "Mai/NOUN/10/obl sank/VERB/4/acl:relcl",
        {"Mia | traf | einen Mann", "einen Mann dessen Boot | sank | im Mai"},
    ),
    "cuyo": (
        "es",
        "Vi/VERB/0/root al/ADP/3/case autor/NOUN/1/obj cuyo/DET/5/det "
        "libro/NOUN/6/nsubj ganó/VERB/3/acl:relcl premios/NOUN/6/obj",
        {" | Vi | al autor", "autor cuyo libro | ganó | premios"},
    ),
    "participle": (
        "en",
        "It/PRON/2/nsubj runs/VERB/0/root software/NOUN/2/obj written/VERB/3/acl "
        "for/ADP/6/case phones/NOUN/4/obl",
        {"It | runs | software", "software | written | for phones"},
    ),
    "adverbial participle": (
        "en",
        "Using/VERB/5/advcl a/DET/3/det rope/NOUN/1/obj she/PRON/5/nsubj "
        "crossed/VERB/0/root the/DET/7/det gap/NOUN/5/obj",
        {"she | Using | a rope", "she | crossed | the gap"},
    ),
    "what does not happen": (
        "en",
        "She/PRON/2/nsubj left/VERB/0/root town/NOUN/2/obj without/SCONJ/5/mark "
        "paying/VERB/2/advcl rent/NOUN/5/obj or/CCONJ/8/cc buying/VERB/5/conj "
        "bread/NOUN/8/obj",
        {"She | left | town"},
    ),
    "what does not happen, in German": (
        "de",
        "Statt/SCONJ/4/mark Land/NOUN/4/obj zu/PART/4/mark kaufen/VERB/5/advcl "
        "verkaufte/VERB/0/root sie/PRON/5/nsubj Brot/NOUN/5/obj",
        {"sie | verkaufte | Brot | Statt Land zu kaufen"},
    ),
    "a purpose": (
        "en",
        "She/PRON/2/nsubj left/VERB/0/root to/PART/4/mark buy/VERB/2/advcl "
        "bread/NOUN/4/obj",
        {"She | left | to buy bread"},
    ),
    "a purpose before its verb": (
        "de",
        "Um/SCONJ/3/mark Brot/NOUN/3/obj einzukaufen/VERB/4/advcl fuhr/VERB/0/root "
        "sie/PRON/4/nsubj nach/ADP/7/case Bonn/PROPN/4/obl",
        {"sie | fuhr | nach Bonn | Um Brot einzukaufen"},
    ),
    "subject control": (
        "en",
        "They/PRON/2/nsubj want/VERB/0/root to/PART/4/mark buy/VERB/2/xcomp "
        "land/NOUN/4/obj",
        {"They | want to buy | land"},
    ),
    "object control": (
        "en",
        "She/PRON/2/nsubj asked/VERB/0/root him/PRON/2/obj to/PART/5/mark "
        "water/VERB/2/xcomp the/DET/7/det roses/NOUN/5/obj",
        {"She | asked | him | to water the roses", "him | water | the roses"},
    ),
    "an adjective with an infinitive": (
        "en",
        "You/PRON/3/nsubj are/AUX/3/cop able/ADJ/0/root to/PART/5/mark "
        "read/VERB/3/xcomp it/PRON/5/obj",
        {"You | are able to read | it"},
    ),
    "object control in German": (
        "de",
        "Sie/PRON/2/nsubj bat/VERB/0/root ihn/PRON/2/obj die/DET/5/det "
        "Rosen/NOUN/7/obj zu/PART/7/mark gießen/VERB/2/xcomp",
        {"Sie | bat | ihn | die Rosen zu gießen", "ihn | gießen | die Rosen"},
    ),
    "object control in Chinese": (
        "zh",
        "他_/PRON/2/nsubj 请_/VERB/0/root 她_/PRON/2/obj 唱_/VERB/2/ccomp "
        "歌_/NOUN/4/obj",
        {"他 | 请 | 她 | 唱 歌", "她 | 唱 | 歌"},
    ),
    "verbs in a row": (
        "zh",
        "他_/PRON/2/nsubj 去_/VERB/0/root 北京_/PROPN/2/obj 看_/VERB/2/xcomp "
        "朋友_/NOUN/4/obj",
        {"他 | 去 | 北京 | 看 朋友", "他 | 看 | 朋友"},
    ),
    "reported speech": (
        "en",
        "Lea/PROPN/2/nsubj said/VERB/0/root that/SCONJ/5/mark rain/NOUN/5/nsubj "
        "stopped/VERB/2/ccomp the/DET/7/det game/NOUN/5/obj",
        {"Lea | said | that rain stopped the game", "rain | stopped | the game"},
    ),
    "a quotation and who said it": (
        "en",
        "Rain/NOUN/2/nsubj stopped/VERB/0/root play/NOUN/2/obj ,/PUNCT/6/punct "
        "Lea/PROPN/6/nsubj said/VERB/2/parataxis ./PUNCT/2/punct",
        {"Rain | stopped | play", "Lea | said | Rain stopped play"},
    ),
    "a measure of time": (
        "en",
        "Two/NUM/2/nummod days/NOUN/6/obl later/ADV/6/advmod it/PRON/6/nsubj:pass "
        "was/AUX/6/aux:pass sold/VERB/0/root",
        {"it | was sold | Two days later"},
    ),
    "a measure of time under its adverb": (
        "de",
        "Zwei/NUM/2/nummod Tage/NOUN/3/obl später/ADV/4/advmod fiel/VERB/0/root "
        "Schnee/NOUN/4/nsubj",
        {"Schnee | fiel | Zwei Tage später"},
    ),
    "nested facts": (
        "en",
        "She/PRON/4/nsubj was/AUX/4/cop a/DET/4/det judge/NOUN/0/root of/ADP/7/case "
        "the/DET/7/det court/NOUN/4/nmod of/ADP/9/case Peru/PROPN/7/nmod",
        {
            "She | was | a judge",
            "She | was a judge | of the court of Peru",
            "She | was a judge of the court | of Peru",
        },
    ),
    "an infinitive on a noun": (
        "en",
        "She/PRON/2/nsubj made/VERB/0/root a/DET/4/det decision/NOUN/2/obj "
        "to/PART/6/mark buy/VERB/4/acl land/NOUN/6/obj",
        {"She | made | a decision", "She | made a decision | to buy land"},
    ),
    "negation of an auxiliary behind its verb": (
        "uk",
        "Оля/PROPN/2/nsubj читати/VERB/0/root не/PART/4/advmod буде/AUX/2/aux "
        "листи/NOUN/2/obj",
        {"Оля | читати не буде | листи"},
    ),
    "no copula, a noun": (
        "ru",
        "Тула/PROPN/3/nsubj —/PUNCT/3/punct столица/NOUN/0/root "
        "пряников/NOUN/3/nmod",
        {"Тула | столица | пряников"},
    ),
    "no copula, a place": (
        "ru",
        "Ключ/NOUN/3/nsubj под/ADP/3/case ковром/NOUN/0/root",
        {"Ключ | под | ковром"},
    ),
    "no copula, verb first": (
        "ar",
        "صور/PROPN/2/nsubj ميناء/NOUN/0/root لبنان/PROPN/2/nmod",
        {"صور | ميناء | لبنان"},
    ),
    "a conjunction that holds the subject": (
        "ar",
        "قالت/VERB/0/root ليلى/PROPN/1/nsubj أنها/SCONJ/4/mark باعت/VERB/1/ccomp "
        "البيت/NOUN/4/obj",
        {"ليلى | قالت | أنها باعت البيت", "أنها | باعت | البيت"},
    ),
    "a relative word beside the subject": (
        "ar",
        "رأت/VERB/0/root ليلى/PROPN/1/nsubj البيت/NOUN/1/obj الذي/PRON/5/nsubj "
        "اكتمل/VERB/3/acl:relcl سقفه/NOUN/5/nsubj في/ADP/8/case مايو/NOUN/5/obl",
        {"ليلى | رأت | البيت", "سقفه | اكتمل | في مايو"},
    ),
    "particles behind nouns, endings behind the verb": (
        "ja",
        "兄_/NOUN/5/nsubj は_/ADP/1/case 本_/NOUN/5/obj を_/ADP/3/case "
        "読ん_/VERB/0/root で_/SCONJ/5/mark いる_/VERB/6/fixed",
        {"兄 は | 読ん で いる | 本 を"},
    ),
    "a topic beside the subject of a verb": (
        "ja",
        "家_/NOUN/5/nsubj は_/ADP/1/case 母_/NOUN/5/nsubj が_/ADP/3/case "
        "建て_/VERB/0/root た_/AUX/5/aux",
        {"母 が | 建て た | 家 は"},
    ),
    "a topic beside the subject of an adjective": (
        "ja",
        "象_/NOUN/5/nsubj は_/ADP/1/case 鼻_/NOUN/5/nsubj が_/ADP/3/case "
        "長い_/ADJ/0/root",
        {"象 は | 長い | 鼻 が"},
    ),
    "a topic that is dislocated": (
        "ko",
        "이모는/NOUN/3/dislocated 책을/NOUN/3/obj 썼다/VERB/0/root",
        {"이모는 | 썼다 | 책을"},
    ),
    "verbs that are tagged by their ending": (
        "ko",
        "이모는/NOUN/5/dislocated 밥을/NOUN/3/obj 먹고/SCONJ/5/ccomp 차를/NOUN/5/obj "
        "마신다/VERB/0/root",
        {"이모는 | 먹고 | 밥을", "이모는 | 마신다 | 차를"},
    ),
    "a noun that makes a noun of a clause": (
        "ko",
        "차를/NOUN/2/obj 마시는/VERB/3/acl 것은/NOUN/4/nsubj 돕는다/VERB/0/root "
        "잠을/NOUN/4/obj",
        {"차를 마시는 것은 | 돕는다 | 잠을"},
    ),
    "a noun and its light verb": (
        "fa",
        "مینا/PROPN/5/nsubj از/ADP/3/case قایق/NOUN/5/obl استفاده/NOUN/5/compound "
        "کرد/VERB/0/root",
        {"مینا | استفاده کرد | از قایق"},
    ),
    "a verb that depends on its noun": (
        "tr",
        "Ayla/PROPN/3/nsubj komşusuna/NOUN/3/obl yardım/NOUN/0/root "
        "etti/VERB/3/compound",
        {"Ayla | yardım etti | komşusuna"},
    ),
    "what depends on the noun of a light verb": (
        "hi",
        "मीना/PROPN/6/nsubj ने/ADP/1/case स्कूल/NOUN/5/nmod की/ADP/3/case "
        "स्थापना/NOUN/6/compound की/VERB/0/root",
        {"मीना ने | स्थापना की | स्कूल की"},
    ),
    "an impersonal passive": (
        "fi",
        "Silta/NOUN/2/obj avattiin/VERB/0/root toukokuussa/NOUN/2/obl",
        {"Silta | avattiin | toukokuussa"},
    ),
    "a noun that is the verb": (
        "cy",
        "Mae/VERB/0/root Siân/PROPN/1/nsubj yn/AUX/4/aux darllen/NOUN/1/xcomp "
        "llyfr/NOUN/4/obj",
        {"Siân | Mae yn darllen | llyfr"},
    ),
    "a result before its object": (
        "vi",
        "Lan/PROPN/2/nsubj biết/VERB/0/root rõ/ADJ/2/xcomp đường/NOUN/2/obj",
        {"Lan | biết rõ | đường"},
    ),
    "a relative word of a language without inflection": (
        "id",
        "Sri/PROPN/2/nsubj melihat/VERB/0/root orang/NOUN/2/obj yang/PRON/5/nsubj "
        "menjual/VERB/3/acl:relcl ikan/NOUN/5/obj",
        {"Sri | melihat | orang", "orang | menjual | ikan"},
    ),
    "whose, counted": (
        "hr",
        "Ana/PROPN/2/nsubj vidi/VERB/0/root ženu/NOUN/2/obj čija/DET/5/det "
        "kuća/NOUN/6/nsubj ima/VERB/3/acl:relcl vrt/NOUN/6/obj",
        {"Ana | vidi | ženu", "ženu čija kuća | ima | vrt"},
    ),
    "who does it, behind the mark of the passive": (
        "zh",
        "公司_/NOUN/5/nsubj:pass 去年_/NOUN/5/obl:tmod 被_/AUX/5/aux:pass "
        "企业_/NOUN/5/nsubj:pass 收购_/VERB/0/root",
        {"公司 | 被 收购 | 去年 | 企业"},
    ),
    "written together with hyphens": (
        "en",
        "He/PRON/4/nsubj re_/X/4/compound -_/PUNCT/4/punct opened/VERB/0/root "
        "mines/NOUN/4/obj",
        {"He | re - opened | mines"},
    ),
    "loose apposition": (
        "en",
        "Omar/PROPN/6/nsubj ,/PUNCT/4/punct a/DET/4/det barber/NOUN/1/appos "
        ",/PUNCT/4/punct owns/VERB/0/root boats/NOUN/6/obj",
        {"Omar | owns | boats"},
    ),
    "title": (
        "en",
        "Captain/NOUN/3/nsubj Omar/PROPN/1/flat owns/VERB/0/root boats/NOUN/3/obj",
        {"Captain Omar | owns | boats"},
    ),
    "light verb": (
        "en",
        "The/DET/2/det fair/NOUN/3/nsubj took/VERB/0/root "
        "place/NOUN/3/obj in/ADP/6/case "
        "May/PROPN/3/obl",
        {"The fair | took place | in May"},
    ),
    "existential": (
        "en",
        "There/PRON/2/expl are/VERB/0/root three/NUM/4/nummod wells/NOUN/2/nsubj "
        "in/ADP/6/case town/NOUN/2/obl",
        {"There | are | three wells | in town"},
    ),
    "separable prefix": (
        "de",
        "Der/DET/2/det Zug/NOUN/3/nsubj kommt/VERB/0/root heute/ADV/3/advmod "
        "in/ADP/6/case Wien/PROPN/3/obl an/ADP/3/compound:prt ./PUNCT/3/punct",
        {"Der Zug | kommt an | in Wien"},
    ),
    "verb bracket": (
        "de",
        "Die/DET/2/det Stadt/NOUN/7/nsubj:pass wurde/AUX/7/aux:pass 1620/NUM/7/obl "
        "von/ADP/6/case Bauern/NOUN/7/obl:agent gegründet/VERB/0/root",
        {"Die Stadt | wurde gegründet | 1620 | von Bauern"},
    ),
    "a passive subject that looks like an object": (
        "de",
        "Im/ADP/2/case Mai/PROPN/6/obl wurde/AUX/6/aux:pass die/DET/5/det "
        "Brücke/NOUN/6/obj gesperrt/VERB/0/root",
        {"die Brücke | wurde gesperrt | Im Mai"},
    ),
    "a range": (
        "de",
        "Er/PRON/2/nsubj lehrte/VERB/0/root von/ADP/4/case 1901/NUM/2/obl "
        "bis/ADP/6/case 1910/NUM/2/obl in/ADP/8/case Jena/PROPN/2/obl",
        {"Er | lehrte | von 1901 bis 1910 | in Jena"},
    ),
    "reflexive": (
        "de",
        "Es/PRON/2/nsubj befasst/VERB/0/root sich/PRON/2/obj mit/ADP/5/case "
        "Vögeln/NOUN/2/obl",
        {"Es | befasst sich | mit Vögeln"},
    ),
    "contracted adposition": (
        "de",
        "Sie/PRON/2/nsubj wohnt/VERB/0/root im/ADP/4/case Tal/NOUN/2/obl",
        {"Sie | wohnt | im Tal"},
    ),
    "German relative clause": (
        "de",
        "Ein/DET/2/det Lied/NOUN/7/nsubj ,/PUNCT/6/punct das/PRON/6/obj "
        "Kai/PROPN/6/nsubj schrieb/VERB/2/acl:relcl gewann/VERB/0/root "
        "den/DET/9/det Preis/NOUN/7/obj",
        {"Ein Lied | gewann | den Preis", "Kai | schrieb | Ein Lied"},
    ),
    "infinitive with zu": (
        "de",
        "Er/PRON/2/nsubj half/VERB/0/root Geld/NOUN/5/obj zu/PART/5/mark "
        "sammeln/VERB/2/xcomp",
        {"Er | half zu sammeln | Geld"},
    ),
    "dropped subject": (
        "es",
        "Compró/VERB/0/root una/DET/3/det casa/NOUN/1/obj en/ADP/5/case "
        "Cádiz/PROPN/1/obl",
        {" | Compró | una casa | en Cádiz"},
    ),
    "a dropped subject that is shared": (
        "pt",
        "A/DET/2/det atriz/NOUN/3/nsubj vendeu/VERB/0/root o/DET/5/det "
        "barco/NOUN/3/obj e/CCONJ/7/cc comprou/VERB/3/conj um/DET/9/det "
        "piano/NOUN/7/obj",
        {"A atriz | vendeu | o barco", "A atriz | comprou | um piano"},
    ),
    "a merged adposition": (
        "pt",
        "O/DET/2/det rio/NOUN/3/nsubj nasce/VERB/0/root na/ADP/5/case "
        "serra/NOUN/3/obl",
        {"O rio | nasce | na serra"},
    ),
    "a split adposition": (
        "pt",
        "O/DET/2/det rio/NOUN/3/nsubj nasce/VERB/0/root em_/ADP/6/case a/DET/6/det "
        "serra/NOUN/3/obl",
        {"O rio | nasce | em a serra"},
    ),
    "a coordination that stays whole": (
        "pt",
        "Rui/PROPN/4/nsubj e/CCONJ/3/cc Eva/PROPN/1/conj vendem/VERB/0/root "
        "pão/NOUN/4/obj e/CCONJ/7/cc vinho/NOUN/5/conj",
        {"Rui e Eva | vendem | pão e vinho"},
    ),
    "clitics": (
        "pt",
        "O/DET/2/det menino/NOUN/4/nsubj se/PRON/4/expl escondeu/VERB/0/root "
        "no/ADP/6/case porão/NOUN/4/obl",
        {"O menino | se escondeu | no porão"},
    ),
    "an object clitic": (
        "es",
        "Marta/PROPN/3/nsubj lo/PRON/3/obj leyó/VERB/0/root ayer/ADV/3/advmod",
        {"Marta | leyó | lo"},
    ),
    "a glued clitic": (
        "es",
        "Quiere/VERB/0/root comprarla/VERB/1/xcomp en/ADP/4/case " "junio/NOUN/2/obl",
        {" | Quiere comprarla | en junio"},
    ),
    "pronominal verb": (
        "fr",
        "La/DET/2/det mer/NOUN/4/nsubj s'_/PRON/4/expl:pv étend/VERB/0/root "
        "au/ADP/6/case sud/NOUN/4/obl:arg",
        {"La mer | s' étend | au sud"},
    ),
    "discontinuous negation": (
        "fr",
        "Il/PRON/3/nsubj ne/ADV/3/advmod mange/VERB/0/root pas/ADV/3/advmod "
        "de/ADP/6/case viande/NOUN/3/obl",
        {"Il | ne mange pas | de viande"},
    ),
    "disposal": (
        "zh",
        "她_/PRON/4/nsubj 把_/ADP/3/case 信_/NOUN/4/obl:patient 寄_/VERB/0/root "
        "了_/AUX/4/aux",
        {"她 | 把 寄 了 | 信"},
    ),
    "disposal that looks like a subject": (
        "zh",
        "她_/PRON/4/nsubj 将_/ADV/4/aux 鱼_/NOUN/4/nsubj 切成_/VERB/0/root "
        "薄片_/NOUN/4/obj",
        {"她 | 将 鱼 切成 | 薄片"},
    ),
    "the same word for the future": (
        "zh",
        "她_/PRON/5/nsubj 将_/ADV/5/aux 在_/ADP/4/case 巴黎_/PROPN/5/obl "
        "唱_/VERB/0/root 歌_/NOUN/5/obj",
        {"她 | 将 唱 | 歌 | 在 巴黎"},
    ),
    "a range in Chinese": (
        "zh",
        "店_/NOUN/6/nsubj 五月_/NOUN/6/obl:tmod 至_/CCONJ/4/cc 八月_/NOUN/6/obl:tmod "
        "都_/ADV/6/advmod 卖_/VERB/0/root 冰_/NOUN/6/obj",
        {"店 | 卖 | 冰 | 五月 至 八月"},
    ),
    "Chinese passive": (
        "zh",
        "树_/NOUN/4/nsubj:pass 被_/ADP/3/case 风_/NOUN/4/obl:agent 吹倒_/VERB/0/root",
        {"树 | 被 吹倒 | 风"},
    ),
    "Chinese passive without an agent": (
        "zh",
        "他_/PRON/3/nsubj:pass 被_/AUX/3/aux:pass 释放_/VERB/0/root 于_/ADP/5/case "
        "五月_/NOUN/3/obl",
        {"他 | 被 释放 | 于 五月"},
    ),
    "a relative clause before its noun": (
        "zh",
        "他_/PRON/2/nsubj 修_/VERB/4/acl:relcl 的_/PART/2/mark:rel 桥_/NOUN/5/nsubj "
        "跨_/VERB/0/root 河_/NOUN/5/obj",
        {"桥 | 跨 | 河", "他 | 修 | 桥"},
    ),
    "localiser": (
        "zh",
        "猫_/NOUN/2/nsubj 睡_/VERB/0/root 在_/ADP/4/case 桌子_/NOUN/2/obl "
        "上_/ADP/4/case:loc",
        {"猫 | 睡 | 在 桌子 上"},
    ),
    "annexation": (
        "ar",
        "زار/VERB/0/root مدير/NOUN/1/nsubj المصنع/NOUN/2/nmod مدينة/NOUN/1/obj "
        "فاس/PROPN/4/nmod",
        {"مدير المصنع | زار | مدينة فاس"},
    ),
    "resumptive pronoun": (
        "ar",
        "قرأ/VERB/0/root علي/PROPN/1/nsubj كتابا/NOUN/1/obj كتبت_/VERB/3/acl:relcl "
        "ه/PRON/4/obj سلمى/PROPN/4/nsubj",
        {"علي | قرأ | كتابا", "سلمى | كتبت | كتابا"},
    ),
    "a chain of clauses": (
        "zh",
        "他_/PRON/2/nsubj 写_/VERB/5/advcl 诗_/NOUN/2/obj ，_/PUNCT/5/punct "
        "画_/VERB/0/root 马_/NOUN/5/obj",
        {"他 | 写 | 诗", "他 | 画 | 马"},
    ),
    "a fronted adverbial that looks like an object": (
        "zh",
        "她_/PRON/4/nsubj 在_/ADP/3/case 北京_/PROPN/4/obj 买_/VERB/0/root "
        "书_/NOUN/4/obj",
        {"她 | 买 | 书 | 在 北京"},
    ),
    "Chinese copula": (
        "zh",
        "鲸_/NOUN/3/nsubj 是_/AUX/3/cop 动物_/NOUN/0/root",
        {"鲸 | 是 | 动物"},
    ),
    "Arabic copula": (
        "ar",
        "كان/AUX/3/cop البيت/NOUN/3/nsubj كبيرا/ADJ/0/root",
        {"البيت | كان | كبيرا"},
    ),
    "an object in front by its form": (
        "de",
        "Den/DET/2/det Brief/NOUN/3/nsubj schrieb/VERB/0/root die/DET/5/det "
        "Enkelin/NOUN/3/obj in/ADP/7/case Bern/PROPN/3/obl",
        {"die Enkelin | schrieb | Den Brief | in Bern"},
    ),
    "two subjects of a verb at the end": (
        "de",
        "Weil/SCONJ/6/mark die/DET/3/det Köchin/NOUN/6/nsubj das/DET/5/det "
        "Brot/NOUN/6/nsubj kauft/VERB/7/advcl schweigt/VERB/0/root",
        {"die Köchin | kauft | das Brot"},
    ),
    "two subjects, of which a pronoun is one by its form": (
        "de",
        "Das/DET/2/det Lied/NOUN/4/nsubj er/PRON/4/nsubj singt/VERB/0/root",
        {"er | singt | Das Lied"},
    ),
    "a topic before the subject of a language without features": (
        "ko",
        "이/DET/2/det 다리는/NOUN/4/nsubj 기술자가/NOUN/4/nsubj 설계했다/VERB/0/root",
        {"기술자가 | 설계했다 | 이 다리는"},
    ),
    "what there is": (
        "de",
        "In/ADP/2/case Bern/PROPN/3/obl gibt/VERB/0/root es/PRON/3/expl "
        "viele/DET/6/det Brunnen/NOUN/3/obj",
        {"es | gibt | viele Brunnen | In Bern"},
    ),
    "a genitive that the tree hangs on the verb": (
        "de",
        "Sie/PRON/2/nsubj starb/VERB/0/root im/ADP/4/case August/NOUN/2/obl "
        "desselben/DET/6/det Jahres/NOUN/2/obl",
        {
            "Sie | starb | im August desselben Jahres",
            "Sie | starb im August | desselben " "Jahres",
        },
    ),
    "no noun within the brackets of a verb": (
        "de",
        "Sie/PRON/7/nsubj hat/AUX/7/aux das/DET/4/det Haus/NOUN/7/obj des/DET/6/det "
        "Vaters/NOUN/4/nmod verkauft/VERB/0/root",
        {"Sie | hat verkauft | das Haus des Vaters"},
    ),
    "a score": (
        "de",
        "Sie/PRON/2/nsubj gewannen/VERB/0/root mit/ADP/4/case 3/NUM/2/obl "
        "zu/ADP/6/case 1/NUM/4/conj",
        {"Sie | gewannen | mit 3 zu 1"},
    ),
    "an adverbial before a copula": (
        "es",
        "En/ADP/2/case Gales/PROPN/5/nmod es/AUX/5/cop un/DET/5/det delito/NOUN/0/root "
        "esto/PRON/5/nsubj",
        {"esto | es | un delito | En Gales"},
    ),
    "a conjunct that the tree hangs beside": (
        "en",
        "She/PRON/2/nsubj sold/VERB/0/root maps/NOUN/2/obj and/CCONJ/5/cc "
        "books/NOUN/2/obj in/ADP/7/case Rome/PROPN/2/obl",
        {"She | sold | maps | in Rome", "She | sold | books | in Rome"},
    ),
    "an apposition": (
        "de",
        "Ihr/DET/2/det Sohn/NOUN/6/nsubj ,/PUNCT/4/punct Bo/PROPN/2/appos "
        ",/PUNCT/4/punct malt/VERB/0/root Bilder/NOUN/6/obj für/ADP/10/case "
        "das/DET/10/det Museum/NOUN/6/obl ,/PUNCT/13/punct ein/DET/13/det "
        "Haus/NOUN/10/appos",
        {
            "Ihr Sohn | malt | Bilder | für das Museum",
            "Ihr Sohn | malt | Bilder | für ein Haus",
            "Bo | malt | Bilder | für das Museum",
            "Bo | malt | Bilder | für ein Haus",
        },
    ),
    "how long ago": (
        "pt",
        "Ela/PRON/2/nsubj comprou/VERB/0/root mapas/NOUN/2/obj há/VERB/2/advcl "
        "três/NUM/6/nummod anos/NOUN/4/obj",
        {"Ela | comprou | mapas | há três anos"},
    ),
    "how long ago, in Spanish": (
        "es",
        "Ella/PRON/2/nsubj llegó/VERB/0/root hace/VERB/2/advcl dos/NUM/5/nummod "
        "días/NOUN/3/obj",
        {"Ella | llegó | hace dos días"},
    ),
    "a pronoun as a copula": (
        "ar",
        "سلمى/PROPN/3/nsubj هي/PRON/1/dep مديرة/NOUN/0/root المتحف/NOUN/3/nmod",
        {"سلمى | هي | مديرة المتحف"},
    ),
    "who does it in a Chinese passive": (
        "zh",
        "人_/NOUN/4/nsubj:pass 被_/AUX/4/aux:pass 法院_/NOUN/4/nsubj 判处_/VERB/0/root "
        "死刑_/NOUN/4/obj",
        {"人 | 被 判处 | 死刑 | 法院"},
    ),
    "a mark of who does it that the tree takes for a verb": (
        "zh",
        "桥_/NOUN/2/nsubj 由_/VERB/0/root 工程师_/NOUN/4/nsubj 设计_/VERB/2/ccomp "
        "。/PUNCT/2/punct",
        {"桥 | 设计 | 由 工程师"},
    ),
    "an article that the tree takes for a subject": (
        "de",
        "Sie/PRON/2/nsubj sagte/VERB/0/root ,/PUNCT/7/punct das/PRON/7/nsubj "
        "neue/ADJ/6/amod Amt/NOUN/7/nsubj verkaufe/VERB/2/ccomp Holz/NOUN/7/obj",
        {"Sie | sagte | das neue Amt verkaufe Holz", "neue Amt | verkaufe | Holz"},
    ),
    "no words of the language are known": (
        "xx",
        "Hun/PRON/2/nsubj leser/VERB/0/root aviser/NOUN/2/obj",
        {"Hun | leser | aviser"},
    ),
    "labels of the first version": (
        "zh",
        "水_/NOUN/3/nsubjpass 被_/AUX/3/auxpass 煮_/VERB/0/root 成_/VERB/3/mark "
        "汤_/NOUN/3/dobj",
        {"水 | 被 煮 成 | 汤"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_construction(name):
    language, text, expected = CASES[name]
    assert facts(language, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Go/VERB/0/root to/ADP/3/case bed/NOUN/1/obl",
        "Rain/NOUN/0/root in/ADP/3/case May/PROPN/1/nmod",
        "It/PRON/2/nsubj rains/VERB/0/root ./PUNCT/2/punct",
        "?/PUNCT/0/root",
        "Who/PRON/2/nsubj sold/VERB/0/root maps/NOUN/2/obj ?/PUNCT/2/punct",
    ],
)
def test_nothing_to_extract(text):
    assert facts("en", text) == set()


@pytest.mark.parametrize("after", ["?", "??", "? ”", "? )", "? !", "? :-)", "؟ »"])
def test_questions_assert_nothing_whatever_follows_their_mark(after):
    marks = " ".join(f"{mark}/PUNCT/3/punct" for mark in after.split())
    text = (
        "Did/AUX/3/aux Eva/PROPN/3/nsubj sell/VERB/0/root maps/NOUN/3/obj "
        f"and/CCONJ/6/cc buy/VERB/3/conj tea/NOUN/6/obj {marks}"
    )
    assert facts("en", text) == set()


def test_who_asked_is_said_though_what_they_asked_is_not():
    text = (
        "“/PUNCT/4/punct Did/AUX/4/aux Eva/PROPN/4/nsubj sell/VERB/8/ccomp "
        "maps/NOUN/4/obj ?/PUNCT/4/punct ”/PUNCT/4/punct asked/VERB/0/root "
        "Noor/PROPN/8/nsubj in/ADP/11/case Rome/PROPN/8/obl ./PUNCT/8/punct"
    )
    triples = facts("en", text)
    assert any(triple.startswith("Noor | asked") for triple in triples)
    assert not any(triple.startswith("Eva") for triple in triples)


def test_empty_tree():
    assert rules_for("en", facts="minimal").extract(make_tree("")) == []


def test_quotes_stay_in_pairs():
    text = (
        "Ana/PROPN/2/nsubj sang/VERB/0/root “_/PUNCT/4/punct Home/PROPN/2/obj_ "
        "”/PUNCT/4/punct ./PUNCT/2/punct"
    ).replace("obj_", "obj")
    assert facts("en", text) == {'Ana | sang | " Home "'}


def test_construction_is_reported():
    tree = make_tree(
        "The/DET/2/det song/NOUN/4/nsubj:pass was/AUX/4/aux:pass written/VERB/0/root "
        "by/ADP/6/case Noor/PROPN/4/obl:agent"
    )
    (triple,) = rules_for("en", facts="minimal").extract(tree)
    assert triple.construction == "passive"
    assert triple.bound == 0


def test_binary_facts():
    tree = make_tree(
        "Eva/PROPN/2/nsubj sold/VERB/0/root maps/NOUN/2/obj in/ADP/5/case "
        "Rome/PROPN/2/obl in/ADP/7/case May/PROPN/2/obl"
    )
    (triple,) = rules_for("en", facts="minimal").extract(tree)
    assert triple.binary() == [
        ((0,), ((1,),), (2,)),
        ((0,), ((1,), (2,)), (3, 4)),
        ((0,), ((1,), (2,)), (5, 6)),
    ]


def test_languages():
    assert features_for("pt-BR") is features_for("pt")
    assert features_for("zh_Hans") is features_for("zh")
    assert features_for("no") is features_for("nb")
    assert features_for("qu").code == ""
    assert isinstance(rules_for(""), Rules)


def test_purposes_are_facts_where_benchmarks_have_them():
    tree = make_tree(
        "She/PRON/2/nsubj left/VERB/0/root to/PART/4/mark buy/VERB/2/advcl "
        "bread/NOUN/4/obj"
    )
    whole = rules_for("en", facts="whole").extract(tree)
    assert [triple[:3] for triple in whole] == [
        ((0,), (1,), ((2, 3, 4),)),
        ((0,), (3,), ((4,),)),
    ]


def test_a_title_in_quotes_belongs_to_its_noun() -> None:
    """Set off by a comma it is an apposition that does not."""
    title = '"/PUNCT/{}/punct Home_/PROPN/{}/appos "/PUNCT/{}/punct'
    close = f"The/DET/2/det film/NOUN/6/nsubj {title.format(4, 2, 4)}"
    end = " won/VERB/0/root prizes/NOUN/6/obj ./PUNCT/6/punct"
    assert facts("en", close + end) == {'The film " Home " | won | prizes'}
    loose = f"The/DET/2/det film_/NOUN/8/nsubj ,/PUNCT/5/punct {title.format(5, 2, 5)}"
    end = " ,/PUNCT/5/punct won/VERB/0/root prizes/NOUN/8/obj ./PUNCT/8/punct"
    assert facts("en", loose + end) == {"The film | won | prizes"}
