"""What is published, and by whom: every workflow's actions pinned, its rights named; versions that say the same."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml

from tests.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit_and_rights_are_named(path):
    text = path.read_text("utf-8")
    used = re.findall(r"uses: (.+)", text)
    assert used
    assert [action for action in used if not PINNED.fullmatch(action)] == []
    workflow = yaml.safe_load(text)
    assert "permissions" in workflow, "without it a job may do whatever the repository's settings allow"
    assert "write" not in str(workflow["permissions"]), "a right to write belongs to the one job that needs it"
    for name, job in workflow["jobs"].items():
        assert "timeout-minutes" in job, name


def test_one_action_has_one_pin():
    used = {line for path in WORKFLOWS for line in re.findall(r"uses: (.+)", path.read_text("utf-8"))}
    names = [line.partition("@")[0] for line in used]
    assert len(set(names)) == len(names), sorted(used)


def test_python_is_tried_from_the_oldest_that_is_promised():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8"))["jobs"]
    for job in ("linux", "windows-and-macos"):
        assert ">=" + jobs[job]["strategy"]["matrix"]["python"][0] == project["requires-python"]
    oldest = jobs["dependencies"]["strategy"]["matrix"]["include"][0]
    assert ">=" + oldest["python"] == project["requires-python"]
    binder = (ROOT / "runtime.txt").read_text("utf-8").strip()
    assert binder.replace("python-", ">=") == project["requires-python"]


def test_the_citation_names_the_version_of_the_library():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == project["version"]
