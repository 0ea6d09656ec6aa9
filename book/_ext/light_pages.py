"""Pages carry only what they use: scripts and styles that the extensions add to every page are left out.

Also sets the repository's address from the environment variable GITHUB_REPOSITORY (owner/name, set by GitHub Actions),
so that the launch buttons of a published site lead to the repository it was built from, and a local build has none.
"""

from __future__ import annotations

import os
import re
from typing import Any

from sphinx.application import Sphinx

# documentation_options.js is written into the page by book/_templates/layout.html.
UNUSED = re.compile(
    r"require(\.min)?\.js|html-manager|embed-amd|sphinx_highlight|documentation_options\.js|design-tabs"
)
# The search page needs Sphinx's own set.
UNUSED_IN_SEARCH = re.compile(r"require(\.min)?\.js|html-manager|embed-amd|documentation_options\.js")


def keep_what_is_used(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Filter the scripts and style sheets of one page, and let its scripts wait for the page."""
    unused = UNUSED if doctree is not None else UNUSED_IN_SEARCH
    scripts = []
    for script in context["script_files"]:
        body = script.attributes.get("body", "")
        state = "widget-state" in script.attributes.get("type", "")  # of widgets that have no kernel here
        if state or unused.search(f"{script.filename} {body}"):
            continue
        if script.filename and doctree is not None:
            # A copy: the original is shared by all pages.
            script = type(script)(script.filename, priority=script.priority, **{**script.attributes, "defer": "defer"})
        scripts.append(script)
    context["script_files"] = scripts
    context["css_files"] = [style for style in context["css_files"] if not UNUSED.search(str(style.filename))]


def set_repository(app: Sphinx, config: Any) -> None:
    """Point repository and launch buttons at the repository that is being built, when it is known."""
    name = os.environ.get("GITHUB_REPOSITORY", "")
    options = config.html_theme_options
    if name:
        options["repository_url"] = f"https://github.com/{name}"
        options["repository_branch"] = os.environ.get("GITHUB_REF_NAME", "main")
        options["use_repository_button"] = options["use_issues_button"] = True
        options["launch_buttons"] = {**options.get("launch_buttons", {}), "binderhub_url": "https://mybinder.org"}


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", set_repository)
    app.connect("html-page-context", keep_what_is_used, priority=990)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
