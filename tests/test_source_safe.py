"""What the source must not hold: secrets, somebody's paths, ways to the network, and ways for data to become code."""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterator

import pytest
from test_code import ROOT, tracked

# Written in pieces, so that this file is not its own find.
SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE" + r" KEY-----",
    "a host's token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,}|glpat-[\w-]{20}|npm_[A-Za-z0-9]{36})\b",
    "a cloud's key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}\b",
    "an index's token": r"\bpypi-AgE[\w-]{50,}",
    "a service's key": r"\b(?:sk|rk)[-_](?:live|test|proj|ant)[-_][\w-]{16,}|\bxox[abprs]-[\w-]{10,}",
    "a signed token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "a password in an address": r"\b[a-z][a-z+]*://[^/\s:@'\"{}<>$]+:[^/\s:@'\"{}<>$]+@",
    "a password": r"(?i)\b(?:password|passwd|api_?key|secret|auth_?token)[\"']?\s*[:=]\s*[\"'][^\"'\s{}$]{8,}[\"']",
}
PLANTED = {
    "a private key": "-----BEGIN RSA PRIVATE" + " KEY-----",
    "a host's token": "token: ghp" + "_" + "a1B2" * 9,
    "a cloud's key": "AKIA" + "ABCDEFGHIJKLMNOP",
    "an index's token": "pypi-" + "AgE" + "x" * 60,
    "a service's key": "sk" + "-live-" + "0123456789abcdef",
    "a signed token": "eyJ" + "hbGciOiJIUzI1" + ".eyJ" + "zdWIiOiIxMjM0" + ".SflKxwRJSMeKKF2",
    "a password in an address": "https://ana:" + "sesame@example.org/",
    "a password": "pass" + 'word = "open sesame"'.replace(" s", "S"),
}
NETWORK = {
    *("aiohttp", "ftplib", "http", "httpx", "imaplib", "pycurl", "requests", "smtplib", "socket", "socketserver"),
    *("ssl", "telnetlib", "tornado", "urllib.request", "urllib3", "websocket", "websockets", "xmlrpc"),
}
CODE_FROM_DATA = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}

# Each exception with its reason. A file that no longer needs its own fails the test as well.
MAY_NETWORK = {
    "class/simulate.py": "simulated students of a class server on the same machine",
    "src/sugarforoil/publish/bench.py": "a server on this machine, from which pages are weighed",
    "src/sugarforoil/publish/links.py": "asks outside addresses whether they answer, only with --ask",
    "tests/in_browser.py": "a server on this machine, for the browser of the tests",
    "tests/test_light.py": "a server on this machine, whose answers are compared with what bench.py expects",
    "tests/test_links.py": "a server on this machine, in place of the outside world",
}
MAY_PICKLE = {
    "src/sugarforoil/publish/quick.py": "from one process of a build to another, never from a file",
    "tests/test_bad_data.py": "an error must survive the way between processes; its own bytes",
}
MAY_EXECUTE = {
    "tests/test_turning.py": "runs a cell of a stored notebook",
}


@functools.cache
def trees() -> dict[str, ast.Module]:
    """Every Python file and notebook by its path, parsed once."""
    return dict(python_sources())


def python_sources() -> Iterator[tuple[str, ast.Module]]:
    """Every Python file of the repository by its path, and the code cells of every notebook."""
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py":
            yield name, ast.parse(path.read_text(encoding="utf-8"))
        elif path.suffix == ".ipynb":
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            yield name, ast.parse("\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"))


def imported(tree: ast.AST) -> set[str]:
    """The modules that a file imports, with all that they stand in: http.server gives http, too."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return {".".join(name.split(".")[: n + 1]) for name in names for n in range(name.count(".") + 1)}


def called(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """The calls in a file by the name of what is called, such as os.system."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def executes(tree: ast.AST) -> set[str]:
    """The calls that make code of a text: eval and its like, a shell, YAML that builds objects, pickles of pandas."""
    found = set()
    for name, call in called(tree):
        keywords = {one.arg: ast.unparse(one.value) for one in call.keywords}
        loader = keywords.get("Loader", ast.unparse(call.args[1]) if len(call.args) > 1 else "")
        if (
            name in {"eval", "exec", "compile", "os.system", "os.popen", "subprocess.getoutput"}
            or name in {"subprocess.getstatusoutput", "asyncio.create_subprocess_shell", "runpy.run_path"}
            or name.endswith(("read_pickle", "to_pickle", ".eval"))
            or (name.endswith((".run", ".call", ".Popen", ".check_output", ".check_call")) and "shell" in keywords)
            or (
                name in {"yaml.load", "yaml.load_all"} and loader.rpartition(".")[2] not in {"SafeLoader", "BaseLoader"}
            )
            or name in {"yaml.unsafe_load", "yaml.full_load"}
            or keywords.get("allow_pickle") == "True"
        ):
            found.add(name)
    return found


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_would_be_noticed(kind: str) -> None:
    assert re.search(SECRETS[kind], PLANTED[kind])


def test_no_file_holds_a_secret() -> None:
    """Outputs of notebooks and hashes of locked packages are made by machines, out of what is read here."""
    found = []
    for path in tracked():
        if "vendor" in path.parts or path.suffix in {".png", ".ttf", ".woff2", ".lock"}:
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
        found += [(path.name, kind, match[0]) for kind, form in SECRETS.items() if (match := re.search(form, text))]
    assert found == []


def test_no_file_has_the_name_of_a_secret() -> None:
    names = re.compile(r"^\.env|^\.?netrc|^\.pypirc|^id_(rsa|ed25519|ecdsa)|\.(pem|key|p12|pfx|kdbx)$")
    assert [path.name for path in tracked() if names.search(path.name)] == []
    assert names.search(".env.local")
    assert names.search("server.key")


def test_only_what_says_why_can_reach_a_network() -> None:
    assert imported(ast.parse("import urllib.request as u\nfrom http import server")) & NETWORK == {
        "urllib.request",
        "http",
    }
    found = {name for name, tree in trees().items() if imported(tree) & NETWORK}
    assert found == set(MAY_NETWORK)


def test_no_data_is_unpickled() -> None:
    assert {name for name, tree in trees().items() if imported(tree) & CODE_FROM_DATA} == set(MAY_PICKLE)


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)",
        "exec(text)",
        "os.system('ls ' + name)",
        "subprocess.run('ls ' + name, shell=True)",
        "yaml.load(text)",
        "yaml.load(text, yaml.Loader)",
        "pd.read_pickle(path)",
        "np.load(path, allow_pickle=True)",
        "frame.eval(text)",
    ],
)
def test_what_makes_code_of_a_text_is_noticed(line: str) -> None:
    assert executes(ast.parse(line))


def test_no_text_becomes_code() -> None:
    found = {name: calls for name, tree in trees().items() if (calls := executes(tree))}
    assert found.keys() == set(MAY_EXECUTE), found


def test_no_script_of_a_page_makes_code_of_a_text() -> None:
    scripts = [path for path in tracked() if path.suffix in {".js", ".html"} and "vendor" not in path.parts]
    assert len(scripts) > 5
    maker = re.compile(r"(?<![\w.])eval\(|\bnew Function\(|document\.write|set(?:Timeout|Interval)\(\s*['\"`]")
    assert maker.search("x = eval(y)")
    assert maker.search("document.write('<p>')")
    assert {path.name for path in scripts if maker.search(path.read_text(encoding="utf-8"))} == set()
