"""Texts of strangers in tables that spreadsheets open: the rule that the trainer has too."""

from trainer.contract.text_cells import cell_text, text_cell

__all__ = ["cell_text", "decimal_number", "text_cell"]


def decimal_number(text: str, delimiter: str) -> float:
    """Return the number of a cell, which has a decimal comma where commas do not part cells.

    Raises:
        ValueError: if it is none.
    """
    return float(text if delimiter == "," else text.replace(",", "."))
