"""HTML that somebody mailed is shown without anything that runs, loads or hides."""

import re

import pytest

from tests.mail.letters import letter, mixed, part
from tickets.mail.nesting import DEPTH_ALLOWED
from tickets.mail.page import PICTURE_ALLOWED, PICTURES_ALLOWED, safe_page, with_pictures
from tickets.mail.read import read_message

OWN = {"logo@x"}
DATA = "data:image/png;base64,AAAA"


@pytest.mark.parametrize(
    "page",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)><script>1</script></svg>",
        "<a href='javascript:alert(1)'>x</a>", "<a href=' JaVaScRiPt:alert(1)'>x</a>",
        "<iframe src='//x.example'></iframe>",
        "<form action='https://x.example'><input name=p></form>",
        "<meta http-equiv=refresh content='0;url=//x.example'>",
        "<link rel=stylesheet href=//x.example>", "<style>@import '//x.example'</style>", "<base href=//x.example>",
        "<div style='background:url(//x.example)'>x</div>", "<table background='//x.example'><td>x</table>",
        "<object data=//x.example></object>", "<video src=//x.example></video>", "<img srcset='//x.example 2x'>",
        "<math><mtext></p><img src=//x.example></math>", "<!--<img src=//x.example>-->", "<img src='data:text/html,x'>",
        "<img src='data:image/svg+xml;base64,AAAA'>", "<a href='data:text/html,x'>x</a>",
    ],
)  # fmt: skip
def test_what_runs_or_loads_is_gone(page: str) -> None:
    shown = safe_page(f"<p>before</p>{page}", OWN).html
    assert "before" in shown
    for word in ("x.example", "alert", "script", "onerror", "style", "data:", "<form", "<meta"):
        assert word not in shown.lower()


def test_pictures_of_elsewhere_are_counted_and_own_ones_shown() -> None:
    page = safe_page('<img src="https://t.example/1.gif"><img src="cid:logo@x"><img src="cid:none"><img src=OWN>', OWN)
    assert page.left_out == 3
    assert page.html.count("<img") == 4
    assert with_pictures(page.html, {"logo@x": DATA}.get).html.count(f'src="{DATA}"') == 1
    assert with_pictures(page.html, lambda _: None).left_out == 1
    assert "t.example" not in page.html


def test_what_a_reader_needs_stays() -> None:
    page = '<h1>件名</h1><table><tr><td colspan="2"><b>a</b></td></tr></table><a href="https://kb.example/1">link</a>'
    shown = safe_page(page, ()).html
    assert "<h1>件名</h1>" in shown
    assert '<td colspan="2"><b>a</b></td>' in shown
    assert 'href="https://kb.example/1" rel="noopener noreferrer nofollow"' in shown


def test_a_picture_is_put_in_a_set_number_of_times() -> None:
    page = with_pictures(safe_page('<img src="cid:logo@x">' * 1000, OWN).html, {"logo@x": DATA}.get)
    assert (page.html.count(DATA), page.left_out) == (PICTURES_ALLOWED, 1000 - PICTURES_ALLOWED)


def test_only_pictures_that_the_mail_has_are_its_own() -> None:
    message = read_message(
        mixed(
            part(b'<img src="cid:a"><img src="cid:b"><img src="cid:c">', "text/html"),
            part(b"R0lG", "image/gif", Content_ID="<a>"),
            part(b"<svg/>", "image/svg+xml", Content_ID="<b>"),
            part(b"x" * (PICTURE_ALLOWED + 1), "image/png", Content_ID="<c>"),
        )
    )
    assert (message.left_out, message.html.count("cid:"), message.html.count('src="cid:a"')) == (2, 1, 1)


@pytest.mark.parametrize(
    "piece",
    [
        "<div>", "<b><i>", "<div><table><tr><td></div></table>", "<b><table><td></b></table>", "<ul><li>x", "<div></b>",
        "<div><!--</div>-->", "<div title='</div>'>", "<div><script></div></script>", "<a <a ", "<p><font color=x>",
    ],
)  # fmt: skip
def test_no_element_stands_deeper_than_is_allowed(piece: str) -> None:
    """A parser looks through all open elements at each tag: what stands without bound costs quadratic time."""
    page = f"{piece * 1000}the end"
    for shown in (safe_page(page, ()).html, read_message(letter(page, Content_Type="text/html")).html):
        depth = deepest = 0
        for tag in re.findall(r"</?(?!br|hr|img|col\b)[a-z]", shown):
            depth += -1 if tag.startswith("</") else 1
            deepest = max(deepest, depth)
        assert (depth, deepest <= 2 * DEPTH_ALLOWED) == (0, True)
    assert "the end" in read_message(letter(page + "'><p>the end", Content_Type="text/html")).text


def test_formatting_without_end_is_not_opened_anew_in_each_block() -> None:
    page = "<p>" + "".join(f"<b title={number}>" for number in range(200)) + "<p>x" * 2000
    assert len(safe_page(page, ()).html) < 2 * len(page)


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        (
            "<table><tr><td>a<td><p>b<tr><td>c</table>d",
            "<table><tbody><tr><td>a</td><td><p>b</p></td></tr><tr><td>c</td></tr></tbody></table>d",
        ),
        ("<p>a<div>b</div>c", "<p>a</p><div>b</div>c"),
        ("a < b <3 &lt;x&gt;", "a &lt; b &lt;3 &lt;x&gt;"),
        ("<b title='a \"> b'>c</b>", '<b title="a &quot;&gt; b">c</b>'),
        ("<o:p>a</o:p><![if x]>b<![endif]></div>c<br/>", "abc<br>"),
        ("a<b>c</table>d", "a<b>cd</b>"),
    ],
)
def test_a_page_is_read_as_browsers_read_it(page: str, shown: str) -> None:
    assert safe_page(page, ()).html == shown
