"""The buttons that open a page as a notebook elsewhere, and those that download it.

JupyterLite comes with the site (book/_notebooks puts it there), so its button is on every chapter. The others need to
know the repository: GITHUB_REPOSITORY (owner/name) and GITHUB_REF_NAME (the branch), both set by GitHub Actions.
JUPYTERHUB_URL, the address of a hub with nbgitpuller, adds a button for a class.
"""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import quote, urlencode

from sphinx.application import Sphinx

LITE = "lite/notebooks/index.html"
ZIP = "neural_networks_from_scratch.zip"
NOTEBOOKS = "notebooks"  # the branch that .github/workflows/notebooks.yml writes
DOWNLOADS = {
    "download-source-button": ("Source of this page (.md)", "Download the text of this page as it was written"),
    "download-pdf-button": ("Print (.pdf)", "Print this page, or save it as PDF"),
}


def repository() -> tuple[str, str]:
    """Name and branch of the repository that is being built; empty for a local build."""
    name, branch = os.environ.get("GITHUB_REPOSITORY", ""), os.environ.get("GITHUB_REF_NAME", "main")
    if name and not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        raise ValueError(f"GITHUB_REPOSITORY: expected owner/name, got {name!r}")
    return name, branch


def jupyterhub() -> str:
    """The address of a JupyterHub, or nothing."""
    address = os.environ.get("JUPYTERHUB_URL", "").rstrip("/")
    if address and not re.match(r"https?://[^/]+", address):
        raise ValueError(f"JUPYTERHUB_URL: expected an address such as 'https://hub.example.org', got {address!r}")
    return address


def places(page: str, lite: str) -> list[tuple[str, str, str]]:
    """Where a chapter can be opened as a notebook: what the button says, what it does, and its address."""
    name, branch = repository()
    found = [("In this browser (JupyterLite)", "Nothing to install, no account", f"{lite}?path={quote(page)}.ipynb")]
    if name:
        ref = quote(branch, safe="")
        binder = f"https://mybinder.org/v2/gh/{name}/{ref}?urlpath=lab/tree/{quote(page)}.md"
        colab = f"https://colab.research.google.com/github/{name}/blob/{NOTEBOOKS}/{quote(page)}.ipynb"
        found.append(("On Binder", "JupyterLab on a free server; starting takes a minute or more", binder))
        found.append(("In Colab", "A notebook at Google; needs an account there", colab))
        if hub := jupyterhub():
            path = f"lab/tree/{name.partition('/')[2]}/{page}.md"
            query = urlencode({"repo": f"https://github.com/{name}", "urlpath": path, "branch": branch}, safe="/")
            found.append(("On JupyterHub", "The server of your class", f"{hub}/hub/user-redirect/git-pull?{query}"))
    return found


def link(text: str, tooltip: str, url: str, icon: str | None = None) -> dict[str, Any]:
    return {"type": "link", "text": text, "tooltip": tooltip, "url": url, "icon": icon}


def add_buttons(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Put the launch buttons first, and the notebooks among the downloads."""
    if doctree is None:
        return
    chapter = "kernelspec" in app.env.metadata[pagename]
    pathto, buttons = context["pathto"], context["header_buttons"]
    downloads = next(group["buttons"] for group in buttons if group.get("label") == "download-buttons")
    for button in downloads:
        button["text"], button["tooltip"] = DOWNLOADS[button["label"]]
    downloads.insert(0, link("All notebooks (.zip)", "With nnlib and the data", pathto(ZIP, 1), "fas fa-download"))
    if chapter:
        notebook = pathto(f"_sources/{pagename}.ipynb", 1)
        downloads.insert(0, link("Notebook (.ipynb)", "Download this page as a notebook", notebook, "fas fa-code"))
        launch = [link(*place) for place in places(pagename, pathto(LITE, 1))]
        group = {"type": "group", "tooltip": "Open as a notebook", "icon": "fas fa-rocket", "label": "launch-buttons"}
        buttons.insert(0, {**group, "buttons": launch})


def set_repository(app: Sphinx, config: Any) -> None:
    """Show where the repository is, when it is known: a local build has no button rather than a wrong one."""
    name, branch = repository()
    if name:
        config.html_theme_options |= {
            "repository_url": f"https://github.com/{name}", "repository_branch": branch,
            "use_repository_button": True, "use_issues_button": True,
        }  # fmt: skip


def watch(app: Sphinx, config: Any) -> None:
    """Have every page written anew when it would have other buttons."""
    config.launched_from = f"{repository()} {jupyterhub()}"


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("launched_from", "", "html")
    app.connect("config-inited", set_repository)
    app.connect("config-inited", watch)
    app.connect("html-page-context", add_buttons, priority=600)  # after the theme's own
    return {"parallel_read_safe": True, "parallel_write_safe": True}
