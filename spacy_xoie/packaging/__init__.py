"""From a trained pipeline to pipelines of fewer languages, and to wheels."""

from .pipelines import keep_languages, merge_language, whole_pipeline
from .wheels import build_wheels, load_wheel

__all__ = [
    "build_wheels",
    "keep_languages",
    "load_wheel",
    "merge_language",
    "whole_pipeline",
]
