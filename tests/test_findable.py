"""What search engines see: descriptions of whole sentences, and with a site's address the list of its pages."""

from __future__ import annotations

from types import SimpleNamespace

import findable
import pytest


def test_a_description_ends_with_a_sentence_or_says_that_it_goes_on():
    assert findable.shortened("One sentence. " + "Another that is long, " * 10) == "One sentence."
    cut = findable.shortened("Words without an end " * 20)
    assert cut.removesuffix(" …").split()[-1] in ("Words", "without", "an", "end")
    assert len(cut) <= findable.LONGEST + 2
    assert findable.shortened("At 0.5 °C it  stops.\nThen more.") == "At 0.5 °C it stops. Then more."


def published(tmp_path, address):
    config = SimpleNamespace(html_baseurl=address)
    env = SimpleNamespace(found_docs={"book/index", "book/training"})
    return SimpleNamespace(config=config, env=env, outdir=str(tmp_path))


def test_the_pages_of_a_published_site_are_listed(tmp_path):
    findable.write_sitemap(published(tmp_path, "https://example.org/course/"), None)
    listed = (tmp_path / "sitemap.xml").read_text("utf-8")
    assert "<loc>https://example.org/course/book/training.html</loc>" in listed
    assert listed.count("<loc>") == 2
    assert "Sitemap: https://example.org/course/sitemap.xml" in (tmp_path / "robots.txt").read_text("utf-8")


def test_a_local_build_has_no_list(tmp_path):
    findable.write_sitemap(published(tmp_path, ""), None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", ["https://example.org/course", "https://example.org/course/"])
def test_the_address_comes_from_the_environment(monkeypatch, given):
    monkeypatch.setenv("SITE_URL", given)
    config = SimpleNamespace(html_baseurl="")
    findable.set_address(None, config)
    assert config.html_baseurl == "https://example.org/course/"


def test_an_address_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("SITE_URL", "example.org/course")
    with pytest.raises(ValueError, match="SITE_URL: expected an address such as"):
        findable.set_address(None, SimpleNamespace(html_baseurl=""))
