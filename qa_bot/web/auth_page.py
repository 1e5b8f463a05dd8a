"""The login page and the one that logs out: one form each, no script, nothing to fetch."""

from __future__ import annotations

import base64
import hashlib

from qa_bot.web.markup import escaped

LOGIN, LOGOUT = "/login", "/logout"

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2423; --paper: #f6f7f5; --card: #fff; --line: #767f7d;
  --accent: #175e5a; --on-accent: #fff; --bad: #a32020; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9eeec; --paper: #121716; --card: #1b2221;
  --line: #8b9694; --accent: #7fc9c2; --on-accent: #0c1514; --bad: #ff9c94; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { width: min(22rem, calc(100vw - 2rem)); padding: 2rem; background: var(--card);
  border-radius: 12px; box-shadow: 0 1px 8px rgb(0 0 0 / .12); }
h1 { margin: 0 0 1rem; font-size: 1.25rem; }
label { display: block; margin: .75rem 0 .25rem; }
input { width: 100%; padding: .6rem .7rem; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: 8px; }
button { width: 100%; margin-top: 1.25rem; padding: .65rem; font: inherit; font-weight: 600;
  color: var(--on-accent); background: var(--accent); border: 0; border-radius: 8px;
  cursor: pointer; }
input:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.bad { margin: 0; color: var(--bad); }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""The Content-Security-Policy of both."""


LINK = (
    f'<a href="{LOGOUT}" style="position:absolute;top:22px;right:28px;z-index:5;'
    'font:13px/1.5 system-ui,sans-serif;color:inherit">Log out</a>'
)
"""What leads from the page to the form that logs out."""


def login_page(problem: str = "") -> str:
    """The form that asks for name and password; ``problem`` says why it is shown again."""
    bad = f'<p class="bad" role="alert">{escaped(problem)}</p>' if problem else ""
    return _page(
        "Log in",
        f'<h1>qa_bot</h1>{bad}<form method="post" action="{LOGIN}">'
        '<label for="username">Name</label><input id="username" name="username" required '
        'autofocus autocomplete="username" autocapitalize="none" spellcheck="false" '
        'maxlength="64">'
        '<label for="password">Password</label><input id="password" name="password" '
        'type="password" required autocomplete="current-password" maxlength="1024">'
        "<button>Log in</button></form>",
    )


def logout_page() -> str:
    """The form that logs out. A mere link could be followed by mistake, or for somebody else."""
    return _page(
        "Log out",
        f'<h1>Log out of qa_bot?</h1><form method="post" action="{LOGOUT}">'
        "<button>Log out</button></form>",
    )


def _page(title: str, main: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{title} · qa_bot</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body><main>{main}</main></body></html>"
    )
