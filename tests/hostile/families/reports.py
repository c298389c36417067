"""Reports: what a notebook shows reaches people as text, never as something that runs or loads."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import Case, cells, tells

_ACTIVE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)><iframe srcdoc='<script>1</script>'></iframe>"
    "<a href='javascript:alert(1)'>x</a><form action=//evil><input name=p></form><base href=//evil>"
    "<meta http-equiv=refresh content='0;url=//evil'><link rel=stylesheet href=//evil><style>@import '//evil'; body{position:fixed}</style>"
    "<object data=//evil></object><embed src=//evil><math><mtext><table><mglyph><style><img src=x onerror=alert(1)>"
)

CASES = (
    Case(
        name="shows_active_html",
        about="scripts, handlers, frames and forms in outputs are taken out of the pages",
        pages=True,
        cells=cells(
            f"""
            from IPython.display import HTML, SVG, Javascript, Markdown, Latex, display
            active = {_ACTIVE!r}
            for kind in (HTML, Markdown, Latex, Javascript): display(kind(active))
            display({{"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script><foreignObject>{{active}}</foreignObject></svg>"}}, raw=True)
            display({{"text/html": active, "application/vnd.evil+json": {{}}, "text/plain": active, "application/pdf": active}}, raw=True)
            display({{"image/png": "x' onerror='alert(1)", "image/jpeg": '"><script>1</script>', "text/plain": "x"}}, raw=True)
            print(active); print(active, file=sys.stderr)
            tell(shown=True)
            """,
            f"#md {_ACTIVE}\n\n[x](javascript:alert(1)) ![x](http://evil/x.png) ![x](data:text/html,x)",
        ),
        checks=(tells("shown", True),),
    ),
    Case(
        name="shows_control_characters",
        about="escapes of terminals, directions of writing and characters that no file takes do not reach a page",
        pages=True,
        cells=cells(
            """
            print("\\x1b]0;title\\x07\\x1b[2J\\x1b[31mred\\x1b]8;;http://evil\\x07link\\x1b]8;;\\x07\\x00\\x08\\x7f")
            print("\\u202egpj.exe \\ud800 \\ufffe \\x9b31m")
            print("::error file=x,line=1::forged\\n::set-output name=x::y\\n##vso[task.complete result=Succeeded]")
            class Odd(Exception): pass
            Odd.__name__ = "\\x1b[2J<b>\\x00"
            raise Odd("\\x1b]0;title\\x07 <img src=x onerror=alert(1)> \\ud800")
            """
        ),
        ends=("student_error",),
    ),
    Case(
        name="is_named_like_a_formula",
        about="a student's name that a spreadsheet would run is text in the gradebook",
        pages=True,
        cells=cells("tell(named=True)"),
        student="=cmd|' C'!A0 <script>alert(1)<",
        checks=(tells("named", True),),
    ),
    Case(
        name="is_named_like_markup",
        about="a name full of markup, escapes and directions is text on every page",
        pages=True,
        cells=cells("tell(named=True)"),
        student="\u202e\x1b[31m'\"><img src=x onerror=alert(1)>",
        checks=(tells("named", True),),
    ),
    Case(
        name="shows_odd_figures",
        about="figures that are no images, or too large ones, do not break a page",
        pages=True,
        cells=cells(
            """
            from IPython.display import display
            for data in ("not base64 \\u20ac", "", "iVBORw0KGgo=", "A" * 1001, ["a", "b"], {"x": 1}):
                display({"image/png": data, "text/plain": "x"}, raw=True)
                display({"image/svg+xml": data, "text/latex": data, "text/html": data, "text/plain": data}, raw=True)
            import matplotlib.pyplot as plt
            plt.figure(figsize=(1, 1)); plt.plot([1, 2]); plt.title("<script>$\\\\frac{1}{2}$</script>"); plt.show()
            tell(shown=True)
            """
        ),
        ends=("ok", "student_error", "output_limit"),
        checks=(tells("shown", True),),
    ),
)
