"""How Sphinx builds the reading site; ``make site`` writes its source and calls it (docs/site)."""

import os
from pathlib import Path

BUILD = Path(os.environ.get("UNROLLED_SITE") or Path(__file__).resolve().parents[1] / "build" / "site")

project = html_title = "Unrolled"
author = "the authors of Unrolled"
language = "en"
extensions = ["myst_nb", "docs.site.parts"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
nb_execution_mode = "off"
nb_output_stderr = "remove-warn"

mathjax_path = "mathjax/tex-svg.js"
mathjax3_config = {"options": {"enableMenu": False}, "svg": {"fontCache": "local"}}

html_theme = "furo"
html_static_path = ["site/static", str(BUILD / "static")]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_copyright = False
html_show_search_summary = False        # it would fetch pages, which a browser refuses where they are files
html_domain_indices = html_use_index = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {
        "color-brand-primary": "#00568a",
        "color-brand-content": "#00568a",
        "color-brand-visited": "#5b3a86",
    },
    "dark_css_variables": {
        "color-brand-primary": "#79c4f2",
        "color-brand-content": "#79c4f2",
        "color-brand-visited": "#c6a7ee",
    },
}
