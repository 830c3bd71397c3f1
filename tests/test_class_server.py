"""The class server: whom it lets in, what students can reach, and that the page says what was measured."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tools import need
from traitlets.config.loader import PyFileConfigLoader

from sugarforoil import __version__

ROOT = Path(__file__).resolve().parents[1]
CLASS = ROOT / "class"
HUB = ROOT / ".venv-hub" / "bin"
RECORD = json.loads((CLASS / "measured.json").read_text(encoding="utf-8"))

pytestmark = pytest.mark.skipif(os.name == "nt", reason="JupyterHub does not run on Windows")


def module(name: str) -> Any:
    """A module of the folder `class`, which is no package."""
    spec = importlib.util.spec_from_file_location(f"class_{name}", CLASS / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


# --- who may come in ------------------------------------------------------------------------------------------


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """A function of (own settings, does bubblewrap work) that reads the configuration as JupyterHub does."""
    for name in ("jupyterhub_config.py", "measured.json"):
        shutil.copy(CLASS / name, tmp_path)
    tools = tmp_path / "bin"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("SUGARFOROIL_CLASSROOM", str(tmp_path / "classroom"))

    def read(settings: str = "", walls: bool = True) -> Any:
        (tools / "bwrap").write_text(f"#!/bin/sh\nexit {0 if walls else 1}\n")
        (tools / "bwrap").chmod(0o755)
        if settings:
            (tmp_path / "local_config.py").write_text(settings)
        return PyFileConfigLoader("jupyterhub_config.py", path=str(tmp_path)).load_config()

    return read


def test_as_it_stands_only_this_machine_can_reach_it(configured):
    hub = configured().JupyterHub
    assert (hub.bind_url, hub.authenticator_class) == ("http://127.0.0.1:8000", "dummy")


ELSEWHERE = [
    "http://0.0.0.0:8000",
    "http://:8000",
    "http://192.168.1.4:8000",
    "https://class.example.org",
    "http://[::]:8000",
]


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize("chosen", ["dummy", "null", "jupyterhub.auth.DummyAuthenticator", "shared-password"])
def test_nowhere_else_does_it_listen_without_a_real_authenticator(configured, address, chosen):
    settings = f"c.JupyterHub.bind_url = {address!r}\nc.JupyterHub.authenticator_class = {chosen!r}\n"
    settings += "c.JupyterHub.ssl_cert = c.JupyterHub.ssl_key = 'a.pem'\n"
    with pytest.raises(SystemExit, match=r"^Refusing to listen on .+ anybody could log in as anybody; name a real one"):
        configured(settings)


def test_a_class_made_from_the_dummy_is_a_dummy(configured):
    settings = "class DummyAuthenticator: pass\nclass School(DummyAuthenticator): pass\n"
    settings += "c.JupyterHub.authenticator_class = School\nc.JupyterHub.bind_url = 'https://:8000'\n"
    with pytest.raises(SystemExit, match="anybody could log in"):
        configured(settings)


REAL = "c.JupyterHub.bind_url = 'https://:8000'\nc.JupyterHub.authenticator_class = 'pam'\n"
SECURE = REAL + "c.JupyterHub.ssl_cert = c.JupyterHub.ssl_key = 'a.pem'\n"


def test_with_a_real_authenticator_a_certificate_and_walls_it_opens(configured):
    read = configured(SECURE)
    assert read.JupyterHub.bind_url == "https://:8000"
    assert "allow_all" not in read.Authenticator, "who may come in is for the teacher to say"


def test_passwords_do_not_cross_a_network_in_clear(configured):
    with pytest.raises(SystemExit, match="without ssl_cert and ssl_key"):
        configured(REAL)


def test_students_of_a_network_are_kept_apart(configured):
    with pytest.raises(SystemExit, match="without bubblewrap"):
        configured(SECURE, walls=False)


def test_students_of_a_network_never_run_as_the_administrator(configured, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(SystemExit, match="would be this machine's administrator"):
        configured(SECURE)


def test_accounts_of_the_machine_keep_students_apart_by_themselves(configured, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    read = configured(SECURE + "c.JupyterHub.spawner_class = 'local'\n")
    assert read.Spawner.environment["SUGARFOROIL_SANDBOX"] == ""


def test_an_address_given_in_another_way_is_refused(configured):
    with pytest.raises(SystemExit, match=r"with c\.JupyterHub.bind_url alone"):
        configured("c.JupyterHub.ip = '0.0.0.0'\n")


@pytest.mark.parametrize("name", ["..", "../other", "a/b", ".ssh", "", "a" * 65, "ana\n"])
def test_a_name_leads_to_no_other_folder(configured, name):
    assert not re.match(configured().Authenticator.username_pattern, name)


@pytest.mark.parametrize("name", ["ana", "ana.perez", "b7@school.example", "Ольга"])
def test_ordinary_names_are_taken(configured, name):
    assert re.match(configured().Authenticator.username_pattern, name)


def test_servers_that_nobody_uses_stop(configured):
    read = configured()
    assert "--timeout=1800" in read.JupyterHub.services[0]["command"]
    assert {"read:servers", "delete:servers"} <= set(read.JupyterHub.load_roles[0]["scopes"])


@pytest.mark.skipif(not (HUB / "jupyterhub").exists(), reason="make hub has not been called here")
def test_jupyterhub_itself_stops_with_one_sentence(tmp_path):
    command = [HUB / "python", "-m", "jupyterhub", "--config", CLASS / "jupyterhub_config.py", "--ip=0.0.0.0"]
    env = {**os.environ, "SUGARFOROIL_CLASSROOM": str(tmp_path)}
    env.pop("PYTHONPATH", None)
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "This hub takes no options (JupyterHub.ip): settings belong into class/local_config.py." in done.stderr
    assert "Traceback" not in done.stderr


# --- make hub -------------------------------------------------------------------------------------------------


def make_hub(path: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": str(path)}
    return subprocess.run(
        [sys.executable, ROOT / "tasks.py", "hub"], capture_output=True, text=True, env=env, timeout=60
    )


def test_without_node_it_says_so_in_one_sentence(tmp_path):
    done = make_hub(tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("The class server's proxy needs Node 20 or newer, and node or npm was not found")
    assert done.stderr.count("\n") == 1


def test_an_old_node_is_named(tmp_path):
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.19.0\n")
        (tmp_path / name).chmod(0o755)
    assert make_hub(tmp_path).stderr == "The class server's proxy needs Node 20 or newer; this is Node v18.19.0.\n"


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_class_has_the_books_versions_and_the_book_none_of_the_class():
    ours, books = pins(CLASS / "requirements.lock"), pins(ROOT / "requirements.lock")
    both = ours.keys() & books.keys()
    assert {"pandas", "matplotlib", "jupyterlab", "ipykernel", "ruptures"} <= both
    assert {name: (ours[name], books[name]) for name in both if ours[name] != books[name]} == {}
    assert {"jupyterhub", "nbgitpuller", "jupyterhub-idle-culler"} <= ours.keys() - books.keys()


def test_the_locks_have_a_hash_for_every_package_and_name_no_host():
    lock = (CLASS / "requirements.lock").read_text(encoding="utf-8")
    hashed = re.findall(r"^[a-z0-9][\w.-]*==[^\n]*(?:\n    --hash=sha256:[0-9a-f]{64}[ \\]*)+", lock, re.M | re.I)
    assert len(hashed) == len(re.findall(r"^\S", lock, re.M)) > 100
    assert "://" not in lock
    packages = json.loads((CLASS / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert all("integrity" in one for name, one in packages.items() if name)
    assert not any("resolved" in one for one in packages.values())


# --- what students get ----------------------------------------------------------------------------------------


def test_students_get_copies_and_keep_what_they_changed(tmp_path, monkeypatch):
    student = module("student")
    book = tmp_path / "book"
    for name in (
        "notebooks/01_batista.ipynb",
        "worksheets/01_batista-student.ipynb",
        "worksheets/01_batista-instructor.ipynb",
    ):
        (book / name).parent.mkdir(parents=True, exist_ok=True)
        (book / name).write_text("as it was")
    monkeypatch.setattr(student, "ROOT", book)
    home = tmp_path / "home"
    home.mkdir()
    student.fill(home)
    (home / "chapters/01_batista.ipynb").write_text("changed")
    student.fill(home)
    found = {path.relative_to(home).as_posix(): path.read_text() for path in home.rglob("*.ipynb")}
    assert found == {"chapters/01_batista.ipynb": "changed", "worksheets/01_batista-student.ipynb": "as it was"}
    assert (book / "notebooks/01_batista.ipynb").read_text() == "as it was"


def run_as_student(code: str, *before: str, **environment: str) -> str:
    """What `code` prints where student.py has done its work."""
    lines = f"import sys; sys.path.insert(0, {str(CLASS)!r}); import student\n{code}"
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", **environment}
    return subprocess.run(
        [*before, sys.executable, "-c", lines], capture_output=True, text=True, env=env
    ).stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to this limit")
def test_a_cell_that_wants_too_much_memory_ends_in_an_error_of_its_own():
    code = "student.limit(str(2**30))\nimport sugarforoil.datasets\n"
    code += "try: bytearray(2**30)\nexcept MemoryError: print('too much')"
    assert run_as_student(code) == "too much"


def test_a_student_can_write_to_the_own_folder_alone(tmp_path):
    bwrap = need("bwrap")
    if subprocess.call([bwrap, "--unshare-user", "--ro-bind", "/", "/", "true"], stderr=subprocess.DEVNULL):
        pytest.skip("this machine does not let bubblewrap work")
    home, other = tmp_path / "students" / "ana", tmp_path / "students" / "boris"
    for one in (home, other):
        one.mkdir(parents=True)
        (one / "work").write_text("mine")
    walls = module("student").walls(bwrap, home, tmp_path)
    target = ROOT / "notebooks" / "written-by-a-student"
    code = f"""
from pathlib import Path
Path('work').write_text('changed')
print(Path({str(other)!r}).exists(), Path({str(ROOT / "data/datapackage.json")!r}).is_file())
try: Path({str(target)!r}).write_text('x')
except OSError as error: print(error.strerror)
"""
    try:
        printed = run_as_student(code, *walls).splitlines()
        assert not target.exists()
    finally:
        target.unlink(missing_ok=True)
    assert printed == ["False True", "Read-only file system"]
    assert (home / "work").read_text() == "changed"


# --- the cluster ----------------------------------------------------------------------------------------------


def size(text: str) -> float:
    """Megabytes of 384M or 1G."""
    return float(text[:-1]) * {"M": 1, "G": 1024}[text[-1]]


def test_the_values_for_kubernetes_follow_from_the_measurement():
    values = yaml.safe_load((CLASS / "zero-to-jupyterhub.yaml").read_text(encoding="utf-8"))
    memory = values["singleuser"]["memory"]
    worst = max(one["memory_worst_student_mb"] for one in RECORD["rounds"])
    assert worst <= size(memory["guarantee"]) < 1.6 * worst, "measured again? then guarantee what a student takes"
    assert size(memory["limit"]) == 1024
    assert values["singleuser"]["image"]["tag"] == __version__
    assert values["hub"]["config"]["JupyterHub"]["authenticator_class"] == "null", "nobody, until somebody is named"
    assert values["cull"]["enabled"] is True


def test_the_values_invent_no_address():
    text = (CLASS / "zero-to-jupyterhub.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://([^/\s]+)", text)) == {"hub.jupyter.org"}
    values = yaml.safe_load(text)
    assert values["proxy"]["https"]["hosts"] == []
    assert values["singleuser"]["extraEnv"]["REPOSITORY"] == ""


def test_the_copies_of_a_cluster_are_made_from_the_image_and_never_overwritten(tmp_path):
    """What the values run when a student's server starts, with another folder for the image's."""
    values = yaml.safe_load((CLASS / "zero-to-jupyterhub.yaml").read_text(encoding="utf-8"))
    *shell, script = values["singleuser"]["lifecycleHooks"]["postStart"]["exec"]["command"]
    image = tmp_path / "image" / "notebooks"
    image.mkdir(parents=True)
    (image / "01_batista.ipynb").write_text("as it was")
    assert "/srv/sugar-for-oil/notebooks" in script
    command = [*shell, script.replace("/srv/sugar-for-oil", str(image.parent))]
    env = {**os.environ, "HOME": str(tmp_path), "REPOSITORY": ""}
    subprocess.run(command, env=env, check=True)
    (tmp_path / "chapters/01_batista.ipynb").write_text("changed")
    subprocess.run(command, env=env, check=True)
    assert (tmp_path / "chapters/01_batista.ipynb").read_text() == "changed"


# --- the page -------------------------------------------------------------------------------------------------


def test_the_page_says_what_was_measured():
    report = module("report")
    page = report.PAGE.read_text(encoding="utf-8")
    assert "## Students at once" in page
    assert report.filled(page, RECORD) == page, "class/report.py writes the tables"
    assert [one["students"] for one in RECORD["rounds"]] == [5, 10, 20]
    for one in RECORD["rounds"]:
        assert f"| {one['students']} | {one['first_result_s']['median']:.0f}\N{NO-BREAK SPACE}s |" in page
        assert one["failures"] == sum(one["why"].values()), "every failure has its reason"
    for count in ("30", "300", "3,000"):
        assert re.search(rf"^\| {count} \|", page, re.MULTILINE)


def test_the_page_and_the_configuration_tell_the_same():
    page = (ROOT / "book" / "class-server.md").read_text(encoding="utf-8")
    assert "class/local_config.py" in page
    for name in ("local_config.py", "zero-to-jupyterhub.yaml", "simulate.py"):
        assert name in page
    assert re.search(r"^/class/local_config.py$", (ROOT / ".gitignore").read_text(), re.MULTILINE)
