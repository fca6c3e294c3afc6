"""Chinese trees that cannot be: what place makes of words without endings."""

import pytest
from syntax_builders import facts

CASES = {
    "a coverb before the verb": (
        "村庄/NOUN/5/nsubj:pass 在/VERB/5/advcl 洪水/NOUN/2/obj 被/AUX/5/aux:pass "
        "冲毁/VERB/0/root",
        {"村庄 | 被 冲毁 | 在 洪水"},
    ),
    "a coverb that trees take for the verb": (
        "爷爷/NOUN/2/nsubj 给/VERB/0/root 孙子/NOUN/4/obj 买/VERB/2/ccomp 了/AUX/4/aux "
        "车/NOUN/4/obj",
        {"爷爷 | 买 了 | 车 | 给 孙子"},
    ),
    "a result right behind the verb": (
        "政府/NOUN/4/nsubj 把/ADP/3/case 厂房/NOUN/4/obj 改造/VERB/0/root "
        "成/VERB/4/root 博物馆/NOUN/5/obj",
        {"政府 | 把 厂房 改造 成 | 博物馆"},
    ),
    "where something comes from": (
        "选手/NOUN/2/nsubj 来/VERB/0/root 自/ADP/2/mark 肯尼亚/PROPN/2/obl",
        {"选手 | 来 自 | 肯尼亚"},
    ),
    "who does it, of a passive": (
        "小偷/NOUN/4/nsubj 被/AUX/3/nmod 警察/NOUN/4/nsubj 抓住/VERB/0/root",
        {"小偷 | 被 抓住 | 警察"},
    ),
    "who does it, after a mark that trees take for the verb": (
        "桥/NOUN/2/nsubj 由/VERB/0/root 工程师/NOUN/4/nmod 设计/NOUN/2/ccomp",
        {"桥 | 设计 | 由 工程师"},
    ),
    "who does it, of a relative clause": (
        "由/VERB/5/case 他/PRON/3/nsubj 导演/VERB/5/acl:relcl 的/PART/3/mark:rel "
        "电影/NOUN/6/obl 获得/VERB/0/root 金奖/NOUN/6/obj",
        {"电影 | 导演 | 由 他", "电影 | 获得 | 金奖"},
    ),
    "a clause that a linker closes": (
        "她/PRON/2/nsubj 翻译/VERB/5/advcl 的/PART/2/mark:rel 诗集/NOUN/5/obl "
        "获得/VERB/0/root 金奖/NOUN/5/obj",
        {"她 | 翻译 | 诗集", "诗集 | 获得 | 金奖"},
    ),
    "a clause that trees take for the main one": (
        "获得/VERB/0/root 冠军/NOUN/4/nmod 的/PART/2/case 选手/NOUN/5/nsubj "
        "喜欢/VERB/1/ccomp 音乐/NOUN/5/obj",
        {"选手 | 获得 | 冠军", "选手 | 喜欢 | 音乐"},
    ),
    "a time is no subject": (
        "公司/NOUN/3/nsubj 周四/NUM/3/nsubj 出口/VERB/0/root 电脑/NOUN/3/obj",
        {"公司 | 出口 | 电脑 | 周四"},
    ),
    "nor part of one": (
        "当年/NOUN/2/nmod 父亲/NOUN/3/nsubj 卖/VERB/0/root 房子/NOUN/3/obj",
        {"父亲 | 卖 | 房子 | 当年"},
    ),
    "what follows is what is done": (
        "父亲/NOUN/2/nsubj 去/VERB/0/root 医院/NOUN/2/obl 看望/VERB/2/conj "
        "病人/NOUN/4/obj",
        {"父亲 | 去 | 医院", "父亲 | 看望 | 病人"},
    ),
    "what precedes is who does it": (
        "老板/NOUN/2/nsubj 让/VERB/0/root 秘书/NOUN/4/obj 准备/VERB/2/ccomp "
        "文件/NOUN/4/obj",
        {"老板 | 让 | 秘书 准备 文件", "秘书 | 准备 | 文件"},
    ),
    "of two subjects one is that of the clause between": (
        "公司/NOUN/6/nsubj 成立/VERB/6/advcl 于/ADP/4/case 1995年/NOUN/2/obl "
        "总部/NOUN/6/nsubj 设/VERB/0/root 在/VERB/6/mark 深圳/PROPN/6/obj",
        {"公司 | 成立 | 于 1995年", "总部 | 设 在 | 深圳"},
    ),
    "of two objects one is who gets the other": (
        "法院/NOUN/2/nsubj 判处/VERB/0/root 他/PRON/2/obj 死刑/NOUN/2/obj",
        {"法院 | 判处 | 死刑 | 他"},
    ),
    "a measure": (
        "机场/NOUN/2/nsubj 接待/VERB/0/root 旅客/NOUN/2/obj 千万/NUM/5/nummod "
        "人次/NOUN/2/obj",
        {"机场 | 接待 | 旅客 千万 人次"},
    ),
    "a verb alone": (
        "她/PRON/2/nsubj 喜欢/VERB/0/root 唱歌/VERB/2/xcomp",
        {"她 | 喜欢 | 唱歌"},
    ),
    "nobody": (
        "没有/VERB/0/root 人/NOUN/1/nsubj 看/VERB/1/ccomp 文件/NOUN/3/obj",
        {"没有 人 | 看 | 文件"},
    ),
    "a verb between 是 and 的": (
        "他/PRON/2/nsubj 是/VERB/0/root 在/VERB/5/advcl 上海/PROPN/3/obj "
        "出生/VERB/2/xcomp 的/PART/2/discourse 。/PUNCT/2/punct",
        {"他 | 出生 | 在 上海"},
    ),
    "two nouns with a linker": (
        "父亲/NOUN/2/nsubj 到/VERB/0/root 上海/PROPN/2/obj 的/PART/2/mark:rel "
        "姑妈家/NOUN/2/obj",
        {"父亲 | 到 | 上海 的 姑妈家"},
    ),
    "a verb that is tagged as a noun": (
        "公司/NOUN/2/nsubj 裁员/NOUN/0/root 两千/NUM/4/nummod 人/NOUN/2/root",
        {"公司 | 裁员 | 两千 人"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_place_decides(name: str) -> None:
    tree, expected = CASES[name]
    assert facts("zh", tree) == expected
