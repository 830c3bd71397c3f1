"""JupyterHub for a class on one machine: `make hub` starts it, and the book's page "A class server" explains it.

As it stands it is for trying out: whoever sits at this machine logs in under any name, without a password, and nobody
else can reach it. To open it to a class, write `class/local_config.py` in JupyterHub's own words (the page has
examples). It is read before the checks at the end, which refuse what would not be safe.

Every student has a folder of their own with copies of the notebooks, and sees no other (`student.py`).
"""

import ipaddress
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from traitlets.config import Application

c = get_config()  # noqa: F821
HERE = Path(__file__).resolve().parent
CLASSROOM = Path(os.environ.get("SUGARFOROIL_CLASSROOM", HERE.parent / "classroom")).resolve()
STUDENTS, STATE = CLASSROOM / "students", CLASSROOM / "hub"
for folder in (STUDENTS, STATE):
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

# Who may log in, and from where. Hub, proxy's interface and students' servers listen on 127.0.0.1 in any case.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.username_pattern = r"^\w[\w.@+-]{0,63}\Z"  # names become folders: none may lead out of theirs
c.JupyterHub.db_url = f"sqlite:///{STATE / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")
c.JupyterHub.cleanup_servers = True  # when the hub stops, so do the students' servers

# A student's server: an own folder, started by student.py, which copies the notebooks and shuts the rest away.
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(STUDENTS / "{username}")
c.Spawner.notebook_dir = "~"
c.Spawner.default_url = "/lab"
c.Spawner.cmd = [sys.executable, str(HERE / "student.py")]
# A kernel that nobody uses stops: its memory is most of a student's.
c.Spawner.args = ["--MappingKernelManager.cull_idle_timeout=1800"]
if os.geteuid() == 0:
    c.Spawner.args.append("--allow-root")
c.Spawner.start_timeout, c.Spawner.http_timeout = 300, 180  # a whole class that comes at once waits in line
c.Spawner.mem_limit = "1G"  # of each process, see student.py: Python then says MemoryError, and only to its student


def sandbox():
    """bubblewrap's command, if it is installed and may do its work on this machine."""
    found = shutil.which("bwrap")
    tried = [found, "--unshare-user", "--ro-bind", "/", "/", "true"]
    return found if found and subprocess.call(tried, stderr=subprocess.DEVNULL) == 0 else ""


c.Spawner.environment = {
    "SUGARFOROIL_CLASSROOM": str(CLASSROOM),
    "SUGARFOROIL_SANDBOX": sandbox(),
    "JUPYTER_PREFER_ENV_PATH": "1",
    "JUPYTER_PLATFORM_DIRS": "1",
    "OPENBLAS_NUM_THREADS": "1",  # thirty students share the cores already
    "PYTHONUTF8": "1",
}

# Servers without a page open for half an hour stop; the students' files stay.
c.JupyterHub.services = [
    {"name": "cull", "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=1800", "--cull-every=120"]}
]
c.JupyterHub.load_roles = [
    {
        "name": "cull",
        "services": ["cull"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]

# As many servers as four fifths of the memory hold, by what simulate.py measured: the next student is told to wait.
rounds = json.loads((HERE / "measured.json").read_text(encoding="utf-8"))["rounds"]
each = max((one["memory_per_student_mb"] for one in rounds), default=400)
memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20
c.JupyterHub.active_server_limit = max(1, int(0.8 * memory / each))

if (HERE / "local_config.py").is_file():
    load_subconfig(str(HERE / "local_config.py"))  # noqa: F821
if c.JupyterHub.spawner_class != "simple":
    c.Spawner.environment["SUGARFOROIL_SANDBOX"] = ""  # accounts keep students apart


def refusal(hub, options):
    """Why this hub must not start, in one sentence; an empty text where it may."""
    if options:
        return f"This hub takes no options ({', '.join(sorted(options))}): settings belong into class/local_config.py."
    if "ip" in hub or "port" in hub:
        return "Say where the hub listens with c.JupyterHub.bind_url alone, not with ip or port."
    host = urlsplit(hub.bind_url).hostname or "0.0.0.0"  # noqa: S104 (no host means everywhere)
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name: nobody knows where it leads
        loopback = False
    if loopback:
        return ""
    chosen = hub.authenticator_class
    names = [chosen] if isinstance(chosen, str) else [one.__name__ for one in chosen.__mro__]
    if any(re.search("dummy|shared|null|none", name, re.IGNORECASE) for name in names):
        return (
            f"Refusing to listen on {host}: with the authenticator {names[0]!r} anybody could log in as anybody; "
            "name a real one in class/local_config.py, or stay on 127.0.0.1."
        )
    if not (hub.get("ssl_cert") and hub.get("ssl_key")):
        return f"Refusing to listen on {host}: without ssl_cert and ssl_key passwords would cross the network in clear."
    if hub.spawner_class == "simple" and os.geteuid() == 0:
        return (
            f"Refusing to listen on {host}: students would be this machine's administrator; call make hub from an "
            "ordinary account, or give each an account with c.JupyterHub.spawner_class = 'local'."
        )
    if hub.spawner_class == "simple" and not c.Spawner.environment["SUGARFOROIL_SANDBOX"]:
        return (
            f"Refusing to listen on {host}: without bubblewrap (a package of that name) students could change "
            "each other's files and the book's; install it, or give each an account with spawner_class = 'local'."
        )
    return ""


given = Application.instance().cli_config if Application.initialized() else {}
options = {f"{part}.{name}" for part, said in given.items() for name in said} - {"JupyterHub.config_file"}
if reason := refusal(c.JupyterHub, options):
    sys.exit(reason)
if c.JupyterHub.authenticator_class == "dummy":
    c.Authenticator.allow_all = True
    if not c.Spawner.environment["SUGARFOROIL_SANDBOX"]:
        print("Without bubblewrap students can reach each other's files and the book's: for trying out only.")
