"""A write that dies halfway leaves what was there."""

from __future__ import annotations

import pytest

from daybook.durable import point_symlink, write_atomically


def test_a_failed_write_keeps_the_old_content(tmp_path, monkeypatch):
    path = tmp_path / "state.json"
    write_atomically(path, "old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, "new")
    assert path.read_text() == "old"


def test_a_link_is_moved_in_one_step_and_is_relative(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    link = tmp_path / "current"
    point_symlink(link, tmp_path / "a")
    point_symlink(link, tmp_path / "b")
    assert link.readlink().name == str(link.readlink())
    assert link.resolve() == (tmp_path / "b").resolve()
