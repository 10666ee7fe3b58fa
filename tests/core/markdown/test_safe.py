"""What is published is held against a Markdown reader that knows nothing of how it was made."""

import html
import re
import sys
import unicodedata
from collections.abc import Iterator
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from bot.core.markdown import invisible
from bot.core.markdown.safe import line, marker_free, plain, published, shown_to_model
from bot.core.publications import marked, marker

# --- a reader of our own: what GitHub would make of a text -----------------------------------------------------------

READER = MarkdownIt("commonmark", {"html": True, "maxNesting": 200}).enable(["table", "strikethrough"])
footnote_plugin(READER)
READER.validateLink = lambda url: True  # type: ignore[method-assign]  # else it would hide what it finds unsafe
MENTION = re.compile(r"(?:^|[^A-Za-z0-9])@[A-Za-z0-9]")
CLOSES = re.compile(
    r"(?<![A-Za-z0-9])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?:\s*:\s*|\s+)"
    r"(?:#\d|GH-\d|[\w.-]+(?:/[\w.-]+)?#\d|https?://\S+/(?:issues|pull)/\d)",
    re.IGNORECASE,
)
HTML = re.compile(r"<[A-Za-z/!?]")
TAGS = re.compile(r"</?(?:details|summary)>|<details open>|<br ?/?>")
TARGET = re.compile(r"(?:https?://|mailto:)|(?![^/?#]*:)", re.IGNORECASE)


def runs(inline: Token) -> Iterator[str]:
    """The stretches of text that GitHub looks for mentions in. An address is a link, so none is found there."""
    text = ""
    for child in inline.children or []:
        if child.type in ("text", "text_special"):
            text += child.content
        elif child.type in ("softbreak", "hardbreak"):
            text += "\n"
        else:
            yield text
            text = ""
    yield text


def faults(text: str, hosts: frozenset[str] = frozenset()) -> list[str]:
    """What a published text would do."""
    found = [f"invisible {ord(c):x}" for c in text if unicodedata.category(c) in ("Cf", "Co", "Cs") or c == "\r"]
    for token in READER.parse(text):
        if token.type == "html_block":
            rest = TAGS.sub("\n", token.content)
            found += [f"HTML {rest}"] if HTML.search(rest) else []
            found += [f"mention {rest}"] if MENTION.search(html.unescape(rest)) else []
            found += [f"closes {rest}"] if CLOSES.search(html.unescape(rest)) else []
        if token.type != "inline":
            continue
        found += [f"mention {run}" for run in runs(token) if MENTION.search(run)]
        said = "".join("`" if child.type == "code_inline" else child.content or " " for child in token.children or [])
        found += [f"closes {said}"] if CLOSES.search(said) else []
        for child in token.children or []:
            if child.type == "html_inline" and not TAGS.fullmatch(child.content):
                found.append(f"HTML {child.content}")
            if child.type == "link_open" and not TARGET.match(str(child.attrs["href"])):
                found.append(f"link {child.attrs['href']}")
            if child.type == "image":
                source = str(child.attrs["src"])
                host = re.match(r"(?:https?:)?//([^/:?#]*)", source)
                if host and host[1] not in hosts:
                    found.append(f"image {source}")
    return found


# --- attacks ---------------------------------------------------------------------------------------------------------

ATTACKS = {
    "mention": "@victim look",
    "mention-team": "ask @org/team now",
    "mention-in-brackets": "(@victim)",
    "mention-in-bold": "**@victim**",
    "mention-in-underscores": "_@victim_",
    "mention-after-underscore": "a_@victim_",
    "mention-in-strike": "~~@victim~~",
    "mention-in-heading": "# for @victim",
    "mention-in-list": "- @victim",
    "mention-in-quote": "> @victim",
    "mention-in-cell": "| a |\n|---|\n| @victim |",
    "mention-in-link-text": "[@victim](https://a.example)",
    "mention-in-title": 'x](y "@victim")',
    "mention-in-stray-target": "a](/@victim)",
    "mention-in-target-of-target": "[x][a](/@victim)\n\n[a]: http://b.example",
    "mention-in-inactive-link": "[a [b](c) d](/@victim)",
    "mention-escaped": "\\@victim",
    "mention-after-escapes": "\\\\@victim",
    "mention-by-number": "&#64;victim",
    "mention-by-hex": "&#x40;victim",
    "mention-by-name": "&commat;victim",
    "mention-by-letter": "@&#118;ictim",
    "mention-after-letter-of-others": "é@victim",
    "mention-after-kelvin": "\u212a@victim",
    "mention-split-by-zero-width": "@\u200bvictim",
    "mention-split-by-tag": "@\U000e0041victim",
    "mention-split-by-comment": "@<!-- -->victim",
    "mention-in-details": "<details><summary>@victim</summary>\n`@victim`\n</details>",
    "mention-in-code-of-html": "<details>\n```\n@victim\n```\n</details>",
    "mention-number-in-html": "<details>\n&#64victim &#0000000064;victim\n</details>",
    "mention-escape-in-html": "<details>\n\\&#64;victim \\<b>\n</details>",
    "mention-in-address": "https://a.example/@victim and xhttps://a.example/@victim",
    "mention-in-mangled-address": "https\\://a.example/@victim",
    "mention-between-cells": "a | b\n--|--\n`x | @victim`",
    "mention-between-rows": "a `x\n| y` |\n|---|---|\n| `@victim | c` |",
    "mention-between-cells-and-code": "| a | b |\n|---|---|\n| x ` @victim | ` @victim ` y |",
    "mention-between-cells-and-codes": "| a | b | c |\n|---|---|---|\n| x ` @victim | ` @victim ` y | ``c`` |",
    "html-in-code-of-two-lines": "`a\n<div hidden>\n@victim`",
    "html-in-code-of-a-quote": "> `a\n> <div hidden>\n> @victim`",
    "mention-after-long-backticks": f"{'`' * 81}@victim{'`' * 81}",
    "mention-after-escaped-backtick": "\\`@victim`",
    "mention-after-doubled-escape": "\\``@victim``",
    "mention-behind-code-in-target": "[x](`) @victim `)",
    "mention-behind-code-in-title": '[x](y "`") @victim `',
    "mention-behind-code-in-definition": "[x]: y`\n\n@victim ` [x]",
    "mention-behind-code-in-label": "[`]: y\n` @victim",
    "mention-behind-code-in-autolink": "<https://a.example/`> @victim `",
    "mention-behind-code-in-attribute": '<a title="`"> @victim `',
    "mention-in-footnote": "a[^1]\n\n[^1]: b\n\n    @victim",
    "mention-too-deep": "> " * 40 + "`@victim`",
    "mention-in-code-of-other-paragraph": "`a\n\n@victim`",
    "fixes": "fixes #12",
    "closes-repository": "Closes owner/repo#3",
    "closes-user": "closed owner#3",
    "resolves-url": "resolves https://github.com/o/r/issues/3",
    "resolved-pull": "RESOLVED: https://github.com/o/r/pull/3",
    "fix-colon": "Fix: #12",
    "fixed-colon-without-blank": "fixed:#12",
    "close-old-form": "close GH-12",
    "fixes-on-next-line": "fixes\n#12",
    "fixes-far": f"fixes{' ' * 500}#12",
    "fixes-nbsp": "fixes&nbsp;#12 and fixes\u00a0#12",
    "fixes-tab-reference": "fixes&Tab;#12",
    "fixes-by-reference": "fixes &#35;12",
    "fixes-name-of-sign": "fixes &num;12",
    "fixes-letter": "f&#105;xes #12",
    "fixes-escaped": "fixes \\#12",
    "fixes-dash-by-reference": "fixes GH&#45;12",
    "fixes-in-bold": "**fixes** **#12**",
    "fixes-underscored": "_fixes_ #12",
    "fixes-link": "fixes [#12](https://github.com/o/r/issues/12)",
    "fixes-hyphen": "bug-fixes #12",
    "fixes-split-by-soft-hyphen": "fi\u00adxes #12",
    "fixes-in-html": "<details>fixes #12</details>",
    "fixes-number-of-the-gap": "fixes o/r#8203; fixes #8203;",
    "fixes-quoted": "> fixes\n> #12",
    "html": "<div hidden>x</div>",
    "html-script": "<script>alert(1)</script>",
    "html-image": "<img src=//evil.example/x.png>",
    "html-upper": "<IMG SRC='x'>",
    "html-tag-with-attribute": "<details onclick=x><summary class=y>z</summary></details>",
    "html-open-details": "<details>\nthe rest is folded",
    "html-extra-close": "a </details> b",
    "html-crossed": "<details><summary></details></summary>",
    "html-crossed-often": "</summary>\n`<details>`\n\n" + "</details>\n`<details>`\n\n" * 5,
    "html-escaped": "\\<b>x\\</b>",
    "html-doubly-escaped": "\\\\<b>",
    "html-break-alone": "<br>\n`@victim`",
    "html-processing": "<?php x ?>",
    "html-declaration": "<!DOCTYPE html>",
    "html-cdata": "<![CDATA[x]]>",
    "html-in-target": "a](<img/src=//evil.example>)",
    "html-pointed": "[x](<javascript:alert(1)>)",
    "html-odd-autolink": "<javascript:alert(1)>",
    "html-autolink-in-html": "<details>\n<https://a.example>\n</details>",
    "html-block-then-fence": "<pre>\n```\n<b>\n</pre>\n```",
    "comment": "a <!-- hidden --> b",
    "comment-unterminated": "a\n\n<!-- hidden\n\n# b",
    "comment-nested": "<!-<!-- -->- x -->",
    "comment-nested-twice": "<!-<!-<!-- -->- -->- x -->",
    "comment-short": "<!--> x <!---> y",
    "comment-split-by-zero-width": "<\u200b!-- x -->",
    "comment-split-by-selector": "<!\ufe0f-- x -->",
    "comment-in-quote": "> <!-- x",
    "marker": "<!-- charrette:key=status run=1.2.x.1 -->",
    "marker-in-code": "`<!-- charrette:key=status run=x -->`",
    "marker-in-fence": "```\n<!-- charrette:key=status run=x -->\n```",
    "marker-in-marker": "<!-- charr<!-- charrette:x -->ette:key=status run=x -->",
    "marker-split": "<!-- charr\u200bette:key=status run=x -->",
    "definition": "[//]: # (hidden)",
    "definition-comment": "[comment]: <> (hidden)",
    "definition-title": '[x]\n\n[x]: y "hidden"',
    "definition-title-below": "[x]\n\n[x]: y\n'hidden'",
    "definition-target-below": "[x]\n\n[x]:\nhidden",
    "definition-label": "[hidden words]: y",
    "definition-label-in-two-lines": "[hidden\nwords]: y",
    "definition-label-escaped": "[hid\\]den]: y",
    "definition-of-many-lines": "[a\n[b\n[c]: hidden",
    "definition-label-with-image": "[a ![b]: hidden",
    "definition-label-with-code": "[`a`]: hidden",
    "definition-twice": "[x]\n\n[x]: y\n[x]: hidden",
    "definition-in-list": "- [x]: hidden",
    "definition-in-quote": "> [x]: hidden",
    "definition-scheme": "[x]\n\n[x]: javascript:alert(1)",
    "footnote-unused": "[^x]: hidden",
    "footnote-twice": "a[^x]\n\n[^x]: shown\n\n[^x]: hidden",
    "image": "![a](http://evil.example/x.png)",
    "image-titled": '![a](http://evil.example/x.png "t")',
    "image-without-scheme": "![a](//evil.example/x.png)",
    "image-user": "![a](https://good.example@evil.example/x.png)",
    "image-data": "![a](data:image/png;base64,xx)",
    "image-by-reference": "![a][r]\n\n[r]: http://evil.example/x.png",
    "image-by-short-reference": "![r]\n\n[r]: http://evil.example/x.png",
    "image-doubled-sign": "!![a](http://evil.example/x.png)",
    "image-tripled-sign": "!!![a](http://evil.example/x.png)",
    "image-behind-bracket": "[x]![a](http://evil.example/x.png)",
    "image-behind-escape": "\\\\![a](http://evil.example/x.png)",
    "image-in-link": "[![a](http://evil.example/x.png)](http://b.example)",
    "image-in-stray-target": "](![b](http://evil.example/x.png))",
    "image-with-brackets": "![a [b] c](http://evil.example/x.png)",
    "image-with-code": "![`a`](http://evil.example/x.png)",
    "image-coded": "![a](&#104;ttp://evil.example/x.png)",
    "image-in-definition": "![a]: http://evil.example/x.png\n\n[a]: b",
    "link-script": "[x](javascript:alert(1))",
    "link-script-case": "[x](JaVaScRiPt:alert(1))",
    "link-script-by-reference": "[x](java&#115;cript:alert(1))",
    "link-script-colon": "[x](javascript&colon;alert(1))",
    "link-script-escaped": "[x](javascript\\:alert(1))",
    "link-script-blank": "[x]( javascript:alert)",
    "link-script-tab": "[x](java\u0000script:alert)",
    "link-data": "[x](data:text/html,x)",
    "link-vbscript": "[x](vbscript:x)",
    "link-file": "[x](file:///etc/passwd)",
    "tags-of-unicode": "a\U000e0061\U000e0062b",
    "word-joiner": "a\u2060\u2061\u2062\u2063\u2064b",
    "bidi": "a\u202eb\u2066c",
    "selector": "a\ufe00\U000e0100b",
    "private": "a\ue000\U000f0000\U00100000b",
    "control": "a\x00\x08\x1b\x7f\x85b",
    "surrogate": "a\ud800b",
    "invisible-by-reference": "a&#8203;b&zwj;c&#xE0041;d&shy;e",
    "gap-kept-apart": "x&#8203;y f&#8203;oo @&#8203; z",
    "old-line-ends": "fixes\r#12\r\n@victim\u2028@victim",
}


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_comes_to_nothing(text: str) -> None:
    made = published(text)
    assert faults(made) == []
    assert marked(made) is None
    assert published(made) == made


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS)
def test_what_was_hidden_shows(text: str) -> None:
    shown = "".join(token.content for token in READER.parse(published(text)))
    assert "hidden" in shown or "hidden" not in text


@pytest.mark.parametrize("name", [name for name in ATTACKS if name.startswith(("mention", "fixes", "html", "image"))])
def test_the_reader_sees_what_the_attacks_would_do(name: str) -> None:
    unknown = {  # it reads mentions less widely than we fear, or the text is an attack only once it was cleaned
        "mention-between-rows", "mention-after-long-backticks", "mention-too-deep", "html-open-details",
        "html-extra-close", "html-crossed", "html-crossed-often", "html-escaped", "html-in-target",
        "image-data", "image-in-definition",
    }  # fmt: skip
    assert bool(faults(ATTACKS[name])) is not (name in unknown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ask @bob of @org/team", "ask @&#8203;bob of @&#8203;org/team"),
        ("Fixes #12", "F&#8203;ixes #12"),
        ("<b>x</b>", "&lt;b>x&lt;/b>"),
        ("List<int>", "List&lt;int>"),
        ("\\<b>", "&lt;b>"),
        ("<!-- x -->", "&lt;!-- x -->"),
        ("![a](https://evil.example/x.png)", "[a](https://evil.example/x.png)"),
        ("vec![1, 2]", "vec!\\[1, 2]"),
        ("[x](javascript:y)", "[x]\\(javascript:y)"),
        ("[x](https://a.example/@bob)", "[x](https://a.example/%40bob)"),
        ("https://a.example/@bob <https://a.example/@bob>", "https://a.example/%40bob <https://a.example/%40bob>"),
        ("[//]: # (x)", "[//]\\: # (x)"),
        ("&#64;bob &zwj;", "&amp;#64;bob &amp;zwj;"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("👩\u200d💻 ❤\ufe0f", "👩💻 ❤"),
        ("```\nopen", "```\nopen\n```\n"),
        ("~~~~ x\nopen\n~~~\n", "~~~~ x\nopen\n~~~\n~~~~\n"),
        ("```", "```\n```\n"),
        ("<details>", "&lt;details>"),
        ("a <!-- charrette:key=x run=y --> b", "a (marker) b"),
    ],
)
def test_what_is_made_of_it(text: str, expected: str) -> None:
    assert published(text) == expected


# --- what must come through -------------------------------------------------------------------------------------------

ORDINARY = {
    "empty": "",
    "words": "Plain words, with an é, an emoji 🎉 and 漢字.\n",
    "headings": "# One\n\n## Two `code`\n\nThree\n=====\n",
    "emphasis": "*a* **b** _c_ __d__ ~~e~~ ***f***\n",
    "list": "- a\n  - b\n    1. c\n* d\n+ e\n",
    "task-list": "- [ ] open\n- [x] done\n",
    "table": "| a | b |\n| --- | :-: |\n| `x` | 1 \\| 2 |\n",
    "table-code": "| a | b |\n|---|---|\n| `@x` | `<b>` |\n",
    "quote": "> a\n>> b\n",
    "alert": "> [!NOTE]\n> Mind this.\n",
    "rule": "a\n\n---\n\nb\n",
    "fence": "```python\n@property\ndef x(self) -> List[int]: ...\n```\n",
    "fence-html": '```html\n<!-- x --><script src="a"></script>\n```\n',
    "fence-mermaid": "```mermaid\ngraph TD\n  A[fixes #12] --> B{{@bob}}\n```\n",
    "fence-tilde": "~~~\n```\n@bob\n~~~\n",
    "fence-in-list": "- a\n\n  ```\n  @bob <b>\n  ```\n",
    "fence-in-quote": "> ```\n> @bob\n> ```\n",
    "fence-open-in-list": "- ```\n  @bob\n",
    "fence-long": "````\n```\n<b>\n```\n````\n",
    "indented": "a\n\n    @bob <b> fixes #1\n",
    "indented-in-list": "- a\n\n      @bob\n",
    "code": "`@property` and `List<int>` and `fixes #12` and `<!-- x -->`\n",
    "code-double": "`` a`@bob`b ``\n",
    "code-in-two-lines": "`a\n@bob`\n",
    "code-escape": "`\\` @ `<b>`\n",
    "code-unmatched": "a ` b `` c\n",
    "citation": "`bot/core/run/advance.py:12-40`, `a/b.py:3` and bot/core/run/advance.py:12 (lines 3-4)\n",
    "permalink": "[`a.py:1-2`](https://github.com/o/r/blob/0123abc/a.py#L1-L2)\n",
    "autolink": "<https://example.org/a?b=c&d=e>, <mailto:a@b.org>, <a.b@c.org>\n",
    "address": "https://example.org/a_b/(c) and http://example.org:80/?a=1&b=2#c\n",
    "email": "a@b.org, first.last+tag@example.co\n",
    "version": "python@3.12 and pkg.go.dev/x@v1.2\n",
    "at": "a @ b, @, @-x and 5@\n",
    "comparison": "a < b, a <= b, a << 2, x<3, a <- b, a > b, <>\n",
    "arrow": "a -> b => c --> d\n",
    "ampersand": "R&D, a && b, &x, AT&T\n",
    "references": "&lt; &gt; &amp; &quot; &nbsp; &mdash; &#124; &#x2014; &hellip;\n",
    "escapes": "\\* \\_ \\` \\[ \\] \\# \\| \\\\ \\& \\< 3\n",
    "footnote": "a[^1] b[^n]\n\n[^1]: One.\n[^n]: Two words.\n",
    "definition": "[a] and [text][b]\n\n[a]: https://example.org\n[b]: docs/b.md\n",
    "link": "[a](https://example.org), [b](../c.md#d), [e](#f), [g](/h), [m](mailto:a@b.org)\n",
    "link-titled": "[a](https://example.org \"title\") [b](c 't')\n",
    "link-brackets": "[a](https://example.org/b_(c)) and a[0](x)\n",
    "image-relative": "![a](docs/a.png)\n",
    "issue": "#12, o/r#3, GH-4 and https://github.com/o/r/issues/5\n",
    "keyword-apart": "This fixes the bug of #12. A prefix #12. It closes. Fixed in 3.2.\n",
    "keyword-number": "fixes 12 bugs, closes: 3 of them\n",
    "brackets": "a[0] [1, 2] [x] (y) {z}\n",
    "not": "Wow! [a](b) !x !(y)\n",
    "details": "<details>\n<summary>More</summary>\n\n```\n@bob\n```\n\n- a\n\n</details>\n",
    "details-in-a-line": "<details><summary>`code`</summary>\n\n| a |\n|---|\n| b |\n\n</details>",
    "details-open": "<details open><summary>a</summary>\n\nb\n\n</details>\n",
    "break": "| a |\n|---|\n| b<br>c<br/>d<br />e |\n",
    "math": "$a^2$ and $$b_1 < c$$\n",
    "hard-break": "a  \nb\\\nc\n",
    "generics-in-code": "`Map<K, V>` and `&T`\n",
    "paths": "C:\\temp and a\\b, ~/x, %40\n",
    "questions": "### Q1. Which store?\n\nWhy it matters: it decides.\n\n- A) SQLite (recommended)\n- B) PostgreSQL\n",
    "python": "`__init__` and __init__.py, *args, **kwargs\n",
    "trailing": "a\n\n\n\n",
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_text_comes_through(text: str) -> None:
    assert published(text) == text


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_text_is_shown_to_the_model_as_it_is(text: str) -> None:
    assert shown_to_model(text) == text


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("https://good.example/a.png", True),
        ("//good.example/a.png", True),
        ("https://good.example:8080/a.png", True),
        ("HTTPS://GOOD.example/a.png", True),
        ("https://evil.example/good.example", False),
        ("https://good.example.evil.example/a.png", False),
        ("https://good.example@evil.example/a.png", False),
        ("mailto:a@good.example", False),
    ],
)
def test_an_image_is_shown_from_an_allowed_host(target: str, shown: bool) -> None:
    made = published(f"![a]({target})", allowed_hosts=frozenset({"good.example"}))
    assert made.startswith("![a](") is shown


# --- for all texts ----------------------------------------------------------------------------------------------------

FRAGMENTS = st.sampled_from(
    [
        "@bob",
        "fixes",
        "#12",
        " ",
        "\n",
        "\n\n",
        "`",
        "``",
        "```",
        "\n```\n",
        "~~~",
        "<!--",
        "-->",
        "<",
        "!",
        "-",
        "[",
        "](",
        "]",
        ")",
        "(",
        "![",
        "[a]: b",
        "[a]",
        "[^a]: ",
        "\n[",
        "]: ",
        "http://e.example/",
        "<details>",
        "</details>",
        "<summary>",
        "</summary>",
        "<br>",
        "<div>",
        "|",
        "\n|-|-|\n",
        "> ",
        "- ",
        "    ",
        "\t",
        "&#64;",
        "&#8203;",
        "&amp;",
        "&",
        "\\",
        "*",
        "_",
        '"',
        "'",
        "x",
        "\u200b",
        "<https://e.example/@x>",
        "javascript:",
        "# ",
        "\n---\n",
        "1. ",
        "charrette:",
    ]
)
MARKDOWN = st.lists(FRAGMENTS, max_size=30).map("".join)
TEXTS = st.one_of(MARKDOWN, st.text(max_size=80), st.lists(st.one_of(FRAGMENTS, st.text(max_size=4))).map("".join))


@settings(max_examples=300, deadline=None)
@example("[a]: b\n[a]: b[a]")
@given(TEXTS)
def test_whatever_is_published_does_nothing(text: str) -> None:
    made = published(text)
    assert faults(made) == []
    assert published(made) == made
    assert len(made) <= 8 * len(text) + 100


@given(st.lists(st.text(alphabet="ab \n`*_#-|", max_size=9)).map("".join))
def test_code_and_emphasis_pass(text: str) -> None:
    assert published(text).startswith(text.rstrip("\n"))


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_what_the_model_is_shown_hides_nothing(text: str) -> None:
    shown = shown_to_model(text)
    assert invisible.visible(shown) == shown
    for token in READER.parse(shown):
        assert token.type != "html_block" or "<!--" not in token.content
        for child in token.children or []:
            assert child.type != "html_inline" or "<!--" not in child.content


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(1, 60))
def test_a_line_stays_in_its_place(text: str, limit: int) -> None:
    shown = line(text, limit)
    cell = READER.parse(f"| a | b |\n|---|---|\n| {shown} | **{shown}x** |\n")
    inlines = [token for token in cell if token.type == "inline"]
    assert len(inlines) == 4
    assert {child.type for token in inlines for child in token.children or []} <= {
        "text", "text_special", "strong_open", "strong_close",
    }  # fmt: skip
    alone = READER.parse(shown)
    assert [token.type for token in alone] in ([], ["paragraph_open", "inline", "paragraph_close"])
    said = "".join(child.content for token in alone for child in token.children or [])
    assert said.replace("\u200b", "") == plain_words(text, limit)
    assert faults(shown) == []


def plain_words(text: str, limit: int) -> str:
    words = " ".join(invisible.visible(text).split())
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


@example("fixes @bob&#64;")
@given(TEXTS)
def test_plain_words_do_nothing(text: str) -> None:
    shown = plain(text)
    assert "\n" not in shown
    assert not MENTION.search(shown)
    assert not CLOSES.search(shown)
    assert plain(plain(text, 60), 1000) == plain(text, 60)


@given(TEXTS)
def test_no_marker_stays(text: str) -> None:
    assert not re.search(r"<!--\s*charrette:", marker_free(text))


# --- one line ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("A title", "A title"),
        ("a\nb\r\n c\t d", "a b c d"),
        ("a | b", "a &#124; b"),
        ("`x` [y](z)", "&#96;x&#96; &#91;y&#93;(z)"),
        ("List<int> & co &amp;", "List&lt;int&gt; & co &amp;amp;"),
        ("snake_case __init__ *x*", "snake_case &#95;&#95;init&#95;&#95; &#42;x&#42;"),
        ("@bob fixes #1", "@&#8203;bob f&#8203;ixes #1"),
        ("# heading", "\\# heading"),
        ("#12 is open", "#12 is open"),
        ("1. item", "1\\. item"),
        ("- item", "\\- item"),
        ("+1", "\\+1"),
        ("=", "\\="),
        ("a\\b~c~", "a&#92;b&#126;c&#126;"),
        ("x\u202ey", "xy"),
    ],
)
def test_line(text: str, expected: str) -> None:
    assert line(text) == expected


def test_a_line_is_shortened() -> None:
    assert line("one two three", 8) == "one two…"
    assert line("one two three", 9) == "one two…"
    assert line("one two", 7) == "one two"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A `title` with <b>", "A `title` with <b>"),
        ("ask @bob", "ask @ bob"),
        ("Fixes #12: x", "Fixes # 12: x"),
        ("closes o/r#12", "closes o/r# 12"),
        ("closes GH-12", "closes GH- 12"),
        ("resolves https://github.com/o/r/issues/3", "resolves https://github.com/o/r/issues/ 3"),
        ("see #12, a@b.org", "see #12, a@b.org"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


# --- for the model ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <!-- x --> b", "a  b"),
        ("<!-- x\n\ny -->\nb", "\nb"),
        ("a\n<!-- x\n\ny", "a\n"),
        ("> <!-- x", "> "),
        ("a <!-- b\n\nc --> d", "a <!-- b\n\nc --> d"),
        ("a <!-- b", "a <!-- b"),
        ("`<!-- x -->`", "`<!-- x -->`"),
        ("```\n<!-- x -->\n```", "```\n<!-- x -->\n```"),
        ("<div>\n```\n<!-- x -->\n```\n</div>", "<div>\n```\n\n```\n</div>"),
        ('<a title="`"> <!-- x --> `', '<a title="`">  `'),
        ("[x](`) <!-- x --> `", "[x](`)  `"),
        ("`a` <b> `<!-- x -->`", "`a` <b> ``"),
        ("<!-<!-- -->- x -->", "<!- - x -->"),
        ("<!--> a <!---> b", " a  b"),
        ("a <?php x ?> b <![CDATA[y]]> c <!X z> d", "a  b  c  d"),
        ("[//]: # (x)\n\na", "\na"),
        ('[//]: # "<!-- x -->"\na', "a"),
        ('[//]: # "<!--"\na --> b', " b"),
        ("[a]: b\n\n[a] c", "[a]: b\n\n[a] c"),
        ("<!-- [x]: y\n[x]: y -->\n\n[z]: w", "\n\n"),
        ("<div>x</div> @bob fixes #1", "<div>x</div> @bob fixes #1"),
        ("a\u200b\U000e0041\u202eb\r\nc", "ab\nc"),
    ],
)
def test_shown_to_model(text: str, expected: str) -> None:
    assert shown_to_model(text) == expected


@pytest.mark.parametrize("text", ["@bob and @org/team, fixes #12", "Closes o/r#1", "ab &#8203; c"])
def test_the_model_sees_what_was_published_as_it_was_written(text: str) -> None:
    assert shown_to_model(published(text).replace("&amp;#", "&#")) == text


# --- markers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "a"),
        (f"a {marker('run', 'key')} b", "a (marker) b"),
        ("<!--CHARRETTE : x", "(marker)"),
        ("<!-- charrette:a --> x <!-- charrette:b -->", "(marker) x (marker)"),
        ("<!-- charrette:<!-- charrette:a --> b", "(marker) b"),
        ("<!-- charr<!-- charrette:a -->ette:b -->", "<!-- charr(marker)ette:b -->"),
        ("<!-- other -->", "<!-- other -->"),
    ],
)
def test_marker_free(text: str, expected: str) -> None:
    assert marker_free(text) == expected


# --- characters and time ----------------------------------------------------------------------------------------------


def test_every_character_of_these_categories_goes() -> None:
    kept = set(invisible.visible("".join(map(chr, range(sys.maxunicode + 1)))))
    others = set()
    for character in map(chr, range(sys.maxunicode + 1)):
        category = unicodedata.category(character)
        if category in ("Cc", "Cf", "Co", "Cs"):
            assert character not in kept or character in "\t\n"
        elif character not in kept and category != "Cn":
            others.add(character)
    selectors = {chr(at) for first, end in ((0xFE00, 0xFE10), (0xE0100, 0xE01F0)) for at in range(first, end)}
    assert others - selectors == set(
        "\u2028\u2029\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    )


PATHOLOGICAL = [
    "<",
    "[",
    "`",
    "@",
    "<!-",
    "<!--",
    "![",
    "](",
    "[a](",
    "](a",
    "&#",
    "&",
    "\\",
    "*",
    "_",
    "> ",
    "fix:",
    "`a`b``",
    "<a ",
    "[a](b 'c",
    "[`a",
    "@a ",
    "<?",
    "<!X",
    "![a](",
    "((",
    "<!-- charrette:",
    "closes a",
    "-->",
    "<details>",
    "\u200b",
    "- ",
    "http://",
]


@pytest.mark.parametrize("part", PATHOLOGICAL)
def test_twice_as_long_takes_about_twice_as_long(part: str) -> None:
    """Figures are for benchmarks; this only tells a line from a curve, which at this length would take minutes."""
    text = (part * 65_536)[:65_536]
    before = process_time()
    for function in (published, shown_to_model, line, plain, marker_free):
        function(text)
    assert process_time() - before < 5


def test_a_tag_of_ours_ends_the_paragraph_before_it() -> None:
    assert published("words\n<details>\n<summary>More</summary>\n\nbelow @bob\n\n</details>\n").count("@bob") == 0


def test_a_unit_keeps_its_stable_id_in_its_heading_and_no_other_comment_stays() -> None:
    heading = "### PR 1: Memory reading <!-- unit: memory-reading -->"
    assert published(f"{heading}\n") == f"{heading}\n"
    assert published(published(f"{heading}\n")) == f"{heading}\n"
    for text in ("<!-- unit: a -->", "### A <!-- unit: A b -->", "### A <!-- unit: a --> b", "text <!-- unit: a -->"):
        assert "<!--" not in published(text)
