"""Languages: which one a text is in, and a tokenizer that serves all of them."""

from .component import LanguageDetector, make_language_detector
from .detectors import Detector, LangidDetector, make_langid_detector
from .extended import ExtendedDetector, make_extended_detector
from .sentences import sentence_bounds
from .tokenizer import MultilingualTokenizer, make_multilingual_tokenizer

__all__ = [
    "Detector",
    "ExtendedDetector",
    "LangidDetector",
    "LanguageDetector",
    "MultilingualTokenizer",
    "make_extended_detector",
    "make_langid_detector",
    "make_language_detector",
    "make_multilingual_tokenizer",
    "sentence_bounds",
]
