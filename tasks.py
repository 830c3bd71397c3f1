"""The front door of Sugar for Oil: `python tasks.py help` lists what it can do.

Only the standard library is used here, because this file runs before anything is installed. It makes the virtual
environment `.venv`, installs the locked packages into it, and then hands over to modules of the helper package.
"""

# No syntax newer than Python 3.6 in this file: an old Python must get as far as the sentence that says it is too old.
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
LOCK = os.path.join(ROOT, "requirements.lock")
STAMP = os.path.join(VENV, "installed.json")
LOG = os.path.join(VENV, "install.log")
CLASS = os.path.join(ROOT, "class")
HUB = os.path.join(ROOT, ".venv-hub")  # the class server's packages, apart from the book's
SUPPORTED = ((3, 11), (3, 12), (3, 13))


class Stop(Exception):
    """A failure that is told in one sentence."""


# --- the interpreter ---------------------------------------------------------------------------------------------


def interpreter():
    """The Python that the virtual environment is made from: this one if it will do, else one found beside it."""
    if sys.version_info[:2] in SUPPORTED and _runs(sys.executable, sys.version_info[:2]):
        return sys.executable
    for major, minor in reversed(SUPPORTED):
        found = shutil.which("python%d.%d" % (major, minor))
        if found and _runs(found, (major, minor)):
            return found
    if sys.version_info[:2] in SUPPORTED:
        raise Stop(
            "This Python cannot make virtual environments: on Debian and Ubuntu install the package python3-venv."
        )
    raise Stop(
        "Sugar for Oil needs Python 3.11, 3.12 or 3.13; this is Python %d.%d and no other was found. "
        "Install one of them, or name it: make book PYTHON=/path/to/python3.12" % sys.version_info[:2]
    )


def _runs(python, version):
    code = "import sys, ensurepip, venv; sys.exit(sys.version_info[:2] != (%d, %d))" % version
    try:
        return subprocess.call([python, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def venv_python():
    return os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")


# --- the environment ---------------------------------------------------------------------------------------------


def _wanted():
    """What a finished install was made from; a difference means that it must be made again."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return {"folder": ROOT, "lock": digest.hexdigest()}


def _installed():
    try:
        with open(STAMP, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def setup():
    """Make `.venv` and install the locked packages, unless that is done already."""
    if _installed() == _wanted() and os.path.exists(venv_python()):
        return
    with open(VENV + ".lock", "w") as lock:
        if not _lock(lock, wait=False):
            print("Another command is setting up .venv: waiting until it has ended ...", flush=True)
            _lock(lock, wait=True)
        if _installed() != _wanted() or not os.path.exists(venv_python()):
            _set_up()


def _lock(file, wait):
    """Whether this process has the file to itself; the system takes the lock back when the process ends, however."""
    if os.name == "nt":
        import msvcrt

        while True:
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                return True
            except OSError:
                if not wait:
                    return False
            time.sleep(0.5)
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _set_up():
    python = interpreter()
    with open(LOCK, encoding="utf-8") as file:
        count = sum("==" in line for line in file)
    print("Setting up .venv with %d locked packages (once, a minute or two) ..." % count, flush=True)
    started = time.time()
    # Always from an empty folder: an environment that was moved, interrupted or made from other versions is no base.
    if os.path.exists(STAMP):
        os.remove(STAMP)  # first of all: what is half removed must not pass for finished
    shutil.rmtree(VENV, ignore_errors=True)
    _call([python, "-m", "venv", VENV], "Python's venv module could not make .venv")
    pip = [venv_python(), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    _call(
        pip + ["install", "--require-hashes", "-r", LOCK],
        "the locked packages could not be installed (is there a network, and room on the disk?)",
        count,
    )
    _call(
        pip + ["install", "--no-deps", "--no-build-isolation", "-e", ROOT],
        "the helper package sugarforoil could not be installed",
    )
    _call([venv_python(), "-c", "import matplotlib.font_manager, sugarforoil"], "the helper package does not import")
    with open(STAMP, "w", encoding="utf-8") as file:
        json.dump(_wanted(), file)
    print("Set up in %.0f s." % (time.time() - started), flush=True)


def _call(command, failure, count=None, log_file=LOG, cwd=ROOT):
    """Run one step of the install; its chatter goes to a log, its progress and its last word to the reader."""
    os.makedirs(os.path.dirname(log_file), exist_ok=True)
    collected, last = 0, ""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        errors="replace",
    )
    with open(log_file, "a", encoding="utf-8") as log:
        for line in process.stdout:
            log.write(line)
            if line.startswith("Collecting "):
                collected += 1
                if count and (sys.stdout.isatty() or collected % 40 == 0):
                    print(
                        "  package %d of %d" % (min(collected, count), count),
                        end="\r" if sys.stdout.isatty() else "\n",
                        flush=True,
                    )
            if re.match(r"\s*(ERROR|Error|error)", line):
                last = line.strip()
    if process.wait() != 0:
        raise Stop("Set-up stopped: %s. %s The whole log is in %s" % (failure, last, os.path.relpath(log_file, ROOT)))


def environment():
    """The variables of every child process: nothing of the user's own set-up may leave a trace in the book."""
    env = dict(os.environ)
    for name in ("PYTHONPATH", "PYTHONHOME", "SUGARFOROIL_DATA", "MPLBACKEND", "PIP_TARGET", "PIP_USER", "PIP_PREFIX"):
        env.pop(name, None)
    env.pop("SOURCE_DATE_EPOCH", None)  # a packager's date, which would go into pages and wheel
    if env.get("LC_ALL") in ("C", "POSIX"):
        env.pop("LC_ALL")  # with it, Python 3.11 and 3.12 cannot start from a folder whose name has other letters
    env.update(
        JUPYTER_PREFER_ENV_PATH="1",  # the kernel of .venv, not one of the same name in the home folder
        JUPYTER_PLATFORM_DIRS="1",
        MPLCONFIGDIR=os.path.join(VENV, "matplotlib"),  # a font cache of our own, no matplotlibrc of the user's
        IPYTHONDIR=os.path.join(VENV, "ipython"),  # no start-up files of the user's
        PYDEVD_DISABLE_FILE_VALIDATION="1",
        OPENBLAS_NUM_THREADS="1",
        PYTHONHASHSEED="0",
        PYTHONUTF8="1",
    )
    return env


def hand_over(*arguments):
    """Run a module in the virtual environment and end with its exit status."""
    setup()
    process = subprocess.Popen([venv_python(), "-m"] + list(arguments), cwd=ROOT, env=environment())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # Ctrl-C reaches the module, too, which cleans up and has the last word
            pass


# --- the targets -------------------------------------------------------------------------------------------------


def help_():
    """this list"""
    print("make <target>, or on Windows: py tasks.py <target>\n")
    for name, task in TASKS.items():
        print("  %-10s %s" % (name, task.__doc__.strip().splitlines()[0]))


def setup_():
    """make the virtual environment .venv and install the locked packages into it"""
    setup()
    print("Ready: %s" % os.path.relpath(venv_python(), ROOT))


def book():
    """build the book into _build/html (executes again only notebooks whose stored outputs are out of date)"""
    return hand_over("sugarforoil.publish.build")


def slides():
    """make slides of each chapter's figures, _build/slides/*.pptx"""
    return hand_over("sugarforoil.publish.slides")


def epub():
    """make the book for reading systems: _build/book.epub"""
    return hand_over("sugarforoil.publish.epub")


def bundle():
    """make one zip of site, PDF, EPUB, notebooks and data: _build/bundle.zip"""
    return hand_over("sugarforoil.publish.bundle")


def release():
    """gather what a release attaches into _build/release (site, PDF, EPUB and bundle are made first)"""
    return hand_over("sugarforoil.publish.release")


def test():
    """run all tests"""
    return hand_over("pytest")


def pdf():
    """set the book as a PDF, _build/book.pdf"""
    return hand_over("sugarforoil.publish.pdf")


def run():
    """execute all notebooks side by side and store their outputs"""
    return hand_over("sugarforoil.publish.notebooks")


def anywhere():
    """run copies of all chapters with the wheel alone, elsewhere and without a network, and compare"""
    return hand_over("sugarforoil.publish.anywhere")


def data():
    """rebuild the derived tables, the list of sources and the data package's checksums"""
    return hand_over("sugarforoil.publish.rebuild")


def worksheets():
    """write each chapter's worksheet, for students and for instructors, into worksheets"""
    return hand_over("sugarforoil.publish.worksheets")


def verify():
    """make the book from fresh clones, on every supported Python, in odd circumstances, and compare all bytes"""
    return hand_over("sugarforoil.publish.verify")


def newest():
    """try the newest versions of all packages in a copy, and say what would break (needs the tool uv and a network)"""
    return hand_over("sugarforoil.publish.newest")


def mutate():
    """spoil the data 500 times in a copy, one slip a time, and count what the checks notice"""
    return hand_over("sugarforoil.publish.mutate")


def faults():
    """kill, starve and corrupt the project a thousand times over, and print what came out (half an hour)"""
    return hand_over("sugarforoil.publish.faults")


def lab():
    """open the notebooks in JupyterLab"""
    options = [
        "--notebook-dir=" + ROOT,
        "--LabApp.default_url=/lab/tree/notebooks",
        "--LabApp.news_url=None",  # nothing is fetched from elsewhere
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # as in a container: the server listens on this machine only
    return hand_over("jupyterlab", *options)


def hub():
    """start a JupyterHub for a class on this machine (needs Node 20; see the page A class server)"""
    setup_hub()
    settings = _hub("share", "jupyter", "lab", "settings")
    os.makedirs(settings, exist_ok=True)
    shutil.copy(os.path.join(CLASS, "overrides.json"), settings)  # JupyterLab fetches nothing from elsewhere
    env = environment()
    env["PATH"] = os.pathsep.join([_hub("bin"), _hub("proxy", "node_modules", ".bin"), env.get("PATH", "")])
    print("The class server: http://127.0.0.1:8000 unless class/local_config.py says otherwise. Ctrl-C stops it.")
    return subprocess.call(
        [_hub("bin", "python"), "-m", "jupyterhub", "--config", os.path.join(CLASS, "jupyterhub_config.py")],
        cwd=CLASS,
        env=env,
    )


def _hub(*parts):
    return os.path.join(HUB, *parts)


def setup_hub():
    """Make `.venv-hub`: the packages of class/requirements.lock, the book's package as readers get it, the proxy."""
    if os.name == "nt":
        raise Stop("JupyterHub does not run on Windows: use Linux, macOS or the Windows Subsystem for Linux.")
    missing = [name for name in ("node", "npm") if not shutil.which(name)]
    if missing:
        raise Stop(
            "The class server's proxy needs Node 20 or newer, and %s was not found: install Node from nodejs.org "
            "or your system's packages." % " or ".join(missing)
        )
    version = subprocess.check_output(["node", "--version"], universal_newlines=True).strip()
    if int(re.match(r"v(\d+)", version).group(1)) < 20:
        raise Stop("The class server's proxy needs Node 20 or newer; this is Node %s." % version)
    wanted = {
        "folder": ROOT,
        "packages": _digest("class/requirements.lock", "class/package-lock.json"),
        "book": _digest("src", "data"),
    }
    stamp, log = _hub("installed.json"), _hub("install.log")
    try:
        with open(stamp, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        found = {}
    if found == wanted:
        return
    if {**found, "book": ""} != {**wanted, "book": ""}:  # else what a teacher has added, such as a login, stays
        _hub_packages(log)
    # Not editable: students' notebooks read the data from here, and have no way into the repository.
    _call(
        _hub_pip() + ["--force-reinstall", "--no-deps", "--no-build-isolation", ROOT],
        "the helper package sugarforoil could not be installed",
        log_file=log,
    )
    # The list of fonts, which student.py hands to every student.
    fonts = "import os; os.environ['MPLCONFIGDIR'] = %r; import matplotlib.font_manager, sugarforoil"
    _call([_hub("bin", "python"), "-c", fonts % _hub("matplotlib")], "the helper package does not import", log_file=log)
    with open(stamp, "w", encoding="utf-8") as file:
        json.dump(wanted, file)


def _hub_packages(log):
    """Make `.venv-hub` from an empty folder: the locked packages and the proxy."""
    python, lock = interpreter(), os.path.join(CLASS, "requirements.lock")
    with open(lock, encoding="utf-8") as file:
        count = sum("==" in line for line in file)
    print("Setting up .venv-hub with %d locked packages (a minute or two) ..." % count, flush=True)
    shutil.rmtree(HUB, ignore_errors=True)
    _call([python, "-m", "venv", HUB], "Python's venv module could not make .venv-hub", log_file=log)
    network = "could not be installed (is there a network, and room on the disk?)"
    _call(_hub_pip() + ["--require-hashes", "-r", lock], "the locked packages " + network, count, log_file=log)
    os.makedirs(_hub("proxy"))
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(os.path.join(CLASS, name), _hub("proxy"))
    npm = ["npm", "ci", "--ignore-scripts"]
    _call(npm, "the proxy configurable-http-proxy " + network, log_file=log, cwd=_hub("proxy"))


def _hub_pip():
    return [_hub("bin", "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]


def _digest(*names):
    """A fingerprint of files and folders of the project; compiled code does not count."""
    digest = hashlib.sha256()
    for name in names:
        top = os.path.join(ROOT, name)
        found = [top] if os.path.isfile(top) else []
        for folder, _, files in os.walk(top):
            found += [os.path.join(folder, one) for one in files if one.endswith((".py", ".csv", ".json", ".lock"))]
        for path in sorted(found):
            with open(path, "rb") as file:
                digest.update(path.encode("utf-8") + b"\0" + file.read())
    return digest.hexdigest()


def bench():
    """measure build, run, memory and page weight, and print a table"""
    return hand_over("sugarforoil.publish.bench")


def lock():
    """resolve what pyproject.toml asks for into requirements.lock; what is locked stays where it may (needs uv)"""
    if not shutil.which("uv"):
        raise Stop("The lock file is resolved with uv, which was not found: see docs.astral.sh/uv.")
    hub_lock = os.path.join("class", "requirements.lock")
    failed = _resolve(["pyproject.toml", "--all-extras"], "requirements.lock") or _resolve(
        ["pyproject.toml", os.path.join("class", "requirements.in"), "--extra", "lab", "-c", "requirements.lock"],
        hub_lock,
    )
    if not failed:
        _write_constraints()
    return failed


def _write_constraints():
    """Write the versions of the lock without their checksums, for Binder: with them pip takes nothing else beside."""
    with open(LOCK, encoding="utf-8") as file:
        pins = [line.rstrip("\\ \n") for line in file if re.match(r"[\w.-]+==", line)]
    with open(os.path.join(ROOT, "binder", "constraints.txt"), "w", encoding="utf-8", newline="\n") as file:
        file.write("# The versions of requirements.lock, written by `make lock`.\n" + "\n".join(pins) + "\n")


def _resolve(sources, target):
    command = ["uv", "pip", "compile"] + sources + ["--universal", "--python-version", "3.11", "--generate-hashes"]
    return subprocess.call(command + ["--no-header", "--no-annotate", "--quiet", "-o", target], cwd=ROOT)


def clean():
    """remove what was built and the virtual environments; sources, data and stored outputs stay"""
    made = ("_build", "worksheets", ".venv", ".venv-hub", os.path.join("book", "data"))
    for name in made + (".pytest_cache", ".mypy_cache", ".ruff_cache"):
        shutil.rmtree(os.path.join(ROOT, name), ignore_errors=True)
    print("Removed _build, worksheets, .venv, .venv-hub, the generated catalogue and the tools' caches.")


TASKS = {
    "help": help_,
    "setup": setup_,
    "book": book,
    "pdf": pdf,
    "epub": epub,
    "bundle": bundle,
    "slides": slides,
    "release": release,
    "test": test,
    "run": run,
    "anywhere": anywhere,
    "data": data,
    "worksheets": worksheets,
    "mutate": mutate,
    "faults": faults,
    "verify": verify,
    "newest": newest,
    "lab": lab,
    "hub": hub,
    "bench": bench,
    "lock": lock,
    "clean": clean,
}


def main(arguments):
    name = arguments[0] if arguments else "help"
    if name not in TASKS or len(arguments) > 1:
        print("No such target: %s. `python tasks.py help` lists them." % " ".join(arguments), file=sys.stderr)
        return 2
    try:
        return TASKS[name]() or 0
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except OSError as error:
        print("Stopped by the system: %s: %s" % (error.strerror, error.filename or "a file"), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The next run starts afresh.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
