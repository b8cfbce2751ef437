"""What the tests reach is added up by folder."""

from typing import Any

from tests.coverage import missing, percent

A_FILE: dict[str, Any] = {
    "executed_lines": [1, 2, 9],
    "missing_lines": [4, 5],
    "executed_branches": [(2, 9)],
    "missing_branches": [(9, 0)],
}
FILES = {
    "chalicelib/desk/a.py": A_FILE,
    "chalicelib/desk/b/c.py": A_FILE | {"missing_lines": [], "missing_branches": []},
    "chalicelib/desks.py": A_FILE | {"executed_lines": [], "executed_branches": []},
}


def test_lines_and_branches_of_all_files_below_a_folder_count_alike() -> None:
    assert percent(FILES, "chalicelib/desk") == 100 * 8 / 11
    assert percent(FILES, "chalicelib/desk/b") == 100


def test_what_is_missing_of_a_file_is_told_by_its_lines() -> None:
    assert missing(FILES["chalicelib/desk/a.py"]) == "4-5, 9->exit"
    assert missing(FILES["chalicelib/desk/b/c.py"]) == ""
