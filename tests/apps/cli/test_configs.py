"""The shipped configs: made of their parts, complete, and true to the paper."""

import re
from pathlib import Path
from typing import Any, Dict, List, Set

import pytest
import srsly
from spacy import util
from spacy.schemas import ConfigSchemaInit, ConfigSchemaTraining
from spacy.util import registry
from thinc.api import Config

from spacy_xoie.errors import ConfigError
from spacy_xoie.training.configs import compose_config, config_text

ROOT = Path(__file__).parents[3]
PROJECT: Dict[str, Any] = srsly.read_yaml(ROOT / "project.yml")
COMMAND = next(c for c in PROJECT["commands"] if c["name"] == "configs")
ASKED = [line.split("spacy xoie compose ")[1] for line in COMMAND["script"]]
SCRIPTS = [
    [output, *parts.split()]
    for parts, output in (asked.split(" --output ") for asked in ASKED)
]
SHIPPED = sorted(path.name for path in (ROOT / "configs").glob("*.cfg"))
STAGES = {1: "embeddings", 2: "encoder", 3: "adapters"}
RECIPES = {
    "full.cfg": "all",
    "full_task.cfg": "task",
    "full_words.cfg": "all",
    "md.cfg": "adapters",
    "md_more.cfg": "adapters",
}
FIRST = ["full", "full_task", "full_words", "md", "sm_stage1", "trf_stage1"]


@pytest.mark.parametrize("output, parts", [(s[0], s[1:]) for s in SCRIPTS])
def test_config_is_what_its_parts_make(output: str, parts: List[str]) -> None:
    paths = [ROOT / part for part in parts]
    made = config_text(compose_config(paths), paths)
    assert (ROOT / output).read_text(
        encoding="utf8"
    ) == made, "Run `spacy project run configs`."


def test_every_config_and_part_is_named_in_the_project() -> None:
    assert sorted(Path(script[0]).name for script in SCRIPTS) == SHIPPED
    assert sorted(COMMAND["outputs"]) == sorted(script[0] for script in SCRIPTS)
    used = {part for script in SCRIPTS for part in script[1:]}
    parts = (ROOT / "configs" / "parts").glob("*.cfg")
    assert used == {f"configs/parts/{path.name}" for path in parts}


@pytest.mark.parametrize("name", FIRST)
def test_first_stage_loads(name: str) -> None:
    config = util.load_config(ROOT / "configs" / f"{name}.cfg")
    # Without filling anything in: validation fails if a setting is missing.
    nlp = util.load_model_from_config(config)
    assert nlp.pipe_names == ["xoie_lang", "xoie"]
    # The model is spelt out in full: spaCy's filling adds nothing to it.
    filled = util.load_model_from_config(config, auto_fill=True).config
    settings, needed = (c["components"]["xoie"]["model"] for c in (config, filled))
    assert _settings(settings) == _settings(needed)


@pytest.mark.parametrize("name", SHIPPED)
def test_training_settings_resolve(name: str) -> None:
    overrides = {"paths.source": "training/model-best"}
    config = util.load_config(
        ROOT / "configs" / name, overrides=overrides, interpolate=True
    )
    training = registry.resolve(config["training"], schema=ConfigSchemaTraining)
    assert training["max_epochs"] or training["max_steps"]
    total = sum(value or 0 for value in training["score_weights"].values())
    assert total == pytest.approx(1.0)
    initialize = registry.resolve(config["initialize"], schema=ConfigSchemaInit)
    assert callable(initialize["after_init"])
    callback = config["initialize"]["after_init"]
    if "*" in callback:
        # What comes first warms up, what comes last sets the stage.
        warm_up, callback = callback["*"].values()
        assert warm_up["@callbacks"].startswith("spacy-xoie.learn_")
    assert callback["@callbacks"] == "spacy-xoie.set_stage.v1"
    stage = RECIPES[name] if name in RECIPES else STAGES[int(name[-5])]
    assert callback["stage"] == stage
    sources = {c.get("source") for c in config["components"].values()}
    first = name.removesuffix(".cfg") in FIRST
    assert sources == ({None} if first else {"training/model-best"})


@pytest.mark.parametrize("stage", STAGES)
def test_recipe_of_the_paper(stage: int) -> None:
    path = ROOT / "configs" / f"trf_stage{stage}.cfg"
    training = util.load_config(path, interpolate=True)["training"]
    optimizer = training["optimizer"]
    rate = optimizer["learn_rate"]
    # One epoch, AdamW at 3e-5 with 10 % of warm-up, clipped at 1.
    assert (training["max_epochs"], training["max_steps"]) == (1, 0)
    assert optimizer["@optimizers"] == "Adam.v1"
    assert optimizer["L2_is_weight_decay"] and optimizer["L2"] > 0
    assert rate["@schedules"] == "warmup_linear.v1"
    assert rate["initial_rate"] == pytest.approx(3e-5)
    assert rate["warmup_steps"] / rate["total_steps"] == pytest.approx(0.1)
    assert optimizer["grad_clip"] == 1.0
    # Languages are sampled, 128 sentences a batch, 64 in stage 3.
    assert training["batcher"]["@batchers"] == "spacy-xoie.language_batcher.v1"
    assert training["batcher"]["max_docs"] == (64 if stage == 3 else 128)
    assert training["batcher"]["temperature"] > 0


LAYER = "encoder.layer.11."
# As Hugging Face names the modules of XLM-R.
ADAPTED = [
    "embeddings.word_embeddings",
    f"{LAYER}attention.self.query",
    f"{LAYER}attention.self.key",
    f"{LAYER}attention.self.value",
    f"{LAYER}attention.output.dense",
    f"{LAYER}intermediate.dense",
]
NOT_ADAPTED = [
    "embeddings.position_embeddings",
    "embeddings.token_type_embeddings",
    f"{LAYER}output.dense",
    "pooler.dense",
]


def test_model_of_the_paper() -> None:
    path = ROOT / "configs" / "trf_stage1.cfg"
    xoie = util.load_config(path, interpolate=True)["components"]["xoie"]
    assert xoie["max_length"] == 100
    model = xoie["model"]
    assert model["encoder"]["@architectures"] == "spacy-xoie.TransformerEncoder.v1"
    assert model["encoder"]["name"] == "xlm-roberta-base"
    assert len(set(model["bank"]["languages"])) == 6
    assert model["bank"]["rank"] == 64
    adapted = [
        name
        for name in ADAPTED + NOT_ADAPTED
        if any(re.search(target, name) for target in model["bank"]["targets"])
    ]
    assert adapted == ADAPTED


def test_later_parts_hold(tmp_path: Path) -> None:
    first, second = tmp_path / "a.cfg", tmp_path / "b.cfg"
    first.write_text('[paths]\ntrain = "a"\ndev = "a"\n\n[nlp]\nlang = "xx"\n')
    second.write_text('[paths]\ndev = "b"\n\n[training]\nseed = ${system.seed}\n')
    config = compose_config([first, second])
    assert (config["paths"]["train"], config["paths"]["dev"]) == ("a", "b")
    # spaCy's defaults are there, and variables stay variables.
    assert config["nlp"]["batch_size"] == 1000
    text = config_text(config, [first, second])
    assert "seed = ${system.seed}" in text
    assert text.startswith("# Made from a.cfg, b.cfg by")
    assert Config().from_str(text, interpolate=False) == config


@pytest.mark.parametrize(
    "text, message",
    [(None, "no config file"), ("hello", "is not a config"), ("[a\nb = 1", "b.cfg")],
)
def test_part_that_is_no_config(text: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "b.cfg"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        compose_config([ROOT / "configs" / "parts" / "base.cfg", path])


def _settings(config: Dict[str, Any]) -> Set[str]:
    return {".".join(map(str, path)) for path, _ in util.walk_dict(config)}
