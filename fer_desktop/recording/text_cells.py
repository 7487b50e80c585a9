"""Texts of strangers in tables that spreadsheets open: the rule that the trainer has too."""

from trainer.contract.text_cells import text_cell

__all__ = ["text_cell"]
