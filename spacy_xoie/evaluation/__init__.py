from .report import evaluate_pipeline, score_table

__all__ = ["evaluate_pipeline", "score_table"]
