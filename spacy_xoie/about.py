__title__ = "spacy-xoie"
__version__ = "0.1.0"
