"""Students at once: what a class that comes all together asks of this machine.

    .venv-hub/bin/python class/simulate.py --students 5 10 20

Each round starts a JupyterHub of its own (this folder's configuration, free ports on 127.0.0.1, a scratch folder) and
lets so many students in together. Each of them does what a browser does: logs in, waits for the server, loads
JupyterLab, opens a chapter, starts a kernel and runs every cell over the websocket. When all are done, their memory is
read (proportional set size: pages shared by several processes are divided among them); then everything is stopped.
A round takes at most ten minutes. The record is written to `measured.json`, where a round replaces that of as many
students on the same machine, and from it come the tables of the book's page (`report.py`).

Why own code: general load tools do not speak the protocol of kernels, and of tools made for JupyterHub none was found
that is still kept up.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import report

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MOST = 40  # students in a round
LONGEST = 600  # seconds of a round


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@contextlib.contextmanager
def running_hub(scratch: Path):
    """Start a hub in `scratch`; yield its address and process; stop it and all that it started."""
    public, inside, interface = free_ports(3)
    settings = scratch / "config.py"
    settings.write_text(
        f"load_subconfig({str(HERE / 'jupyterhub_config.py')!r})\n"
        f"c.JupyterHub.bind_url = 'http://127.0.0.1:{public}'\n"
        f"c.JupyterHub.hub_bind_url = 'http://127.0.0.1:{inside}'\n"
        f"c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:{interface}'\n"
        "c.JupyterHub.active_server_limit = 0\n",
        encoding="utf-8",
    )
    places = [Path(sys.prefix) / "bin", Path(sys.prefix) / "proxy" / "node_modules" / ".bin"]
    env = {**os.environ, "SUGARFOROIL_CLASSROOM": str(scratch / "classroom")}
    env["PATH"] = os.pathsep.join([*map(str, places), env.get("PATH", "")])
    env.pop("PYTHONPATH", None)
    with (scratch / "hub.log").open("w") as log:
        command = [sys.executable, "-m", "jupyterhub", "--config", str(settings)]
        process = psutil.Popen(command, env=env, cwd=scratch, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield f"http://127.0.0.1:{public}", process
        finally:
            everyone = process.children(recursive=True)
            process.send_signal(signal.SIGTERM)
            _, still = psutil.wait_procs([process, *everyone], timeout=30)
            for one in still:
                with contextlib.suppress(psutil.Error):
                    one.kill()


class Student:
    """One browser."""

    def __init__(self, name: str, address: str, chapter: str, cells: list[str]) -> None:
        self.name, self.address, self.chapter, self.cells = name, address, chapter, cells
        self.seen: dict[str, float] = {}  # what happened -> seconds since this student came
        self.failure = ""

    async def attend(self) -> None:
        """Do it all; a failure is kept, not raised."""
        self.came = time.perf_counter()
        jar = aiohttp.CookieJar(unsafe=True)  # cookies of a bare IP address
        wait = aiohttp.ClientTimeout(total=LONGEST)
        try:
            async with aiohttp.ClientSession(self.address, cookie_jar=jar, timeout=wait) as self.web:
                await self.log_in()
                await self.open_lab()
                await self.run_chapter()
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"[:200]

    def mark(self, what: str) -> None:
        self.seen.setdefault(what, time.perf_counter() - self.came)

    def xsrf(self, path: str) -> str:
        """The token against forged requests that goes with the cookie of `path`."""
        found = self.web.cookie_jar.filter_cookies(self.web._base_url.with_path(path)).get("_xsrf")
        return found.value if found else ""

    async def get(self, path: str) -> str:
        async with self.web.get(path) as answer:
            answer.raise_for_status()
            return await answer.text()

    async def log_in(self) -> None:
        await self.get("/hub/login")
        data = {"username": self.name, "password": "", "_xsrf": self.xsrf("/hub/login")}
        async with self.web.post("/hub/login", data=data) as answer:
            answer.raise_for_status()
        self.mark("logged in")
        await self.get("/hub/spawn")
        progress = f"/hub/api/users/{self.name}/server/progress"
        async with self.web.get(progress, params={"_xsrf": self.xsrf("/hub/api")}) as events:
            events.raise_for_status()
            async for line in events.content:
                event = json.loads(line[5:]) if line.startswith(b"data:") else {}
                if event.get("failed"):
                    raise RuntimeError(event.get("message", "the server did not start"))
                if event.get("ready"):
                    break
        self.mark("server ready")

    async def open_lab(self) -> None:
        page = await self.get(f"/user/{self.name}/lab")
        for script in dict.fromkeys(re.findall(r'src="(/user/[^"]+\.js[^"]*)"', page)):
            await self.get(script)
        stored = json.loads(await self.get(f"/user/{self.name}/api/contents/chapters/{self.chapter}.ipynb"))
        if stored["type"] != "notebook":
            raise RuntimeError(f"{self.chapter} is not a notebook")
        self.mark("chapter open")

    async def run_chapter(self) -> None:
        base = f"/user/{self.name}/"
        wanted = {
            "path": f"chapters/{self.chapter}.ipynb",
            "name": "",
            "type": "notebook",
            "kernel": {"name": "python3"},
        }
        headers = {"X-XSRFToken": self.xsrf(base)}
        async with self.web.post(f"{base}api/sessions", json=wanted, headers=headers) as answer:
            answer.raise_for_status()
            kernel = (await answer.json())["kernel"]["id"]
        session = uuid.uuid4().hex
        channels = f"{base}api/kernels/{kernel}/channels"
        async with self.web.ws_connect(channels, params={"session_id": session}, max_msg_size=0) as socket:
            for code in self.cells:
                await self.run_cell(socket, session, code)
        self.mark("all done")

    async def run_cell(self, socket: Any, session: str, code: str) -> None:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": session, "username": self.name}
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = {"header": {**header, "version": "5.3"}, "parent_header": {}, "metadata": {}, "content": content}
        await socket.send_json({**message, "channel": "shell", "buffers": []})
        waiting = {"reply", "idle"}
        while waiting:
            said = await socket.receive_json()
            if said["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            kind = said["msg_type"]
            if kind in {"display_data", "execute_result"}:
                self.mark("first result")
            elif kind == "error":
                raise RuntimeError(f"{said['content']['ename']}: {said['content']['evalue']}")
            elif kind == "execute_reply":
                waiting.discard("reply")
            elif kind == "status" and said["content"]["execution_state"] == "idle":
                waiting.discard("idle")


def spent(hub: psutil.Process) -> float:
    """CPU seconds so far of the hub, of all that it started and still runs, and of this program."""
    total = 0.0
    for one in [psutil.Process(), hub, *hub.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            times = one.cpu_times()
            total += times.user + times.system
    return total


def costs(hub: psutil.Process, names: set[str]) -> tuple[list[float], list[float], float]:
    """Megabytes and CPU seconds of each student, and the megabytes of hub, proxy and culler together."""
    memory, busy = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    shared = 0.0
    for one in [hub, *hub.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            size = one.memory_full_info().pss / 2**20
            owner = one.environ().get("JUPYTERHUB_USER")
            if owner in names:
                memory[owner] += size
                times = one.cpu_times()
                busy[owner] += times.user + times.system
            else:
                shared += size
    return list(memory.values()), list(busy.values()), shared


async def one_round(count: int, chapter: str, cells: list[str]) -> dict[str, Any]:
    """Let `count` students in together; return what it cost."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="class-") as scratch, running_hub(Path(scratch)) as (address, hub):
        await listening(address, hub, Path(scratch) / "hub.log")
        students = [Student(f"student{number:02}", address, chapter, cells) for number in range(1, count + 1)]
        hub_before = hub.cpu_times().user + hub.cpu_times().system
        before, own, started = psutil.cpu_times(), spent(hub), time.perf_counter()
        try:
            await asyncio.wait_for(asyncio.gather(*(one.attend() for one in students)), LONGEST)
        except TimeoutError:
            for one in students:
                one.failure = one.failure or ("" if "all done" in one.seen else f"not done in {LONGEST} s")
        hub_busy = hub.cpu_times().user + hub.cpu_times().system - hub_before
        after, seconds = psutil.cpu_times(), time.perf_counter() - started
        idle = after.idle + after.iowait - before.idle - before.iowait
        others = (os.cpu_count() or 1) - (idle + spent(hub) - own) / seconds
        memory, busy, shared = costs(hub, {one.name for one in students})
        sandbox = any(child.name() == "bwrap" for child in hub.children())

    def times(what: str) -> dict[str, float | None]:
        known = [one.seen[what] for one in students if what in one.seen]
        return {"median": round(statistics.median(known), 1), "worst": round(max(known), 1)} if known else {}

    return {
        "students": count,
        "load_before": round(load, 1),
        "other_work_cores": round(max(0.0, others), 1),
        "sandbox": sandbox,
        "server_ready_s": times("server ready"),
        "first_result_s": times("first result"),
        "all_done_s": times("all done"),
        "memory_per_student_mb": round(statistics.median(memory)),
        "memory_worst_student_mb": round(max(memory)),
        "memory_all_students_mb": round(sum(memory)),
        "memory_hub_mb": round(shared),
        "cpu_per_student_s": round(statistics.median(busy), 1),
        "cpu_hub_per_student_s": round(hub_busy / count, 2),
        "failures": sum(bool(one.failure) for one in students),
        "why": dict(Counter(one.failure for one in students if one.failure)),
    }


async def listening(address: str, hub: psutil.Process, log: Path) -> None:
    """Wait until the hub answers, a minute at most."""
    async with aiohttp.ClientSession() as web:
        for _ in range(120):
            if hub.poll() is not None:
                break
            with contextlib.suppress(aiohttp.ClientError):
                async with web.get(f"{address}/hub/health") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.5)
    raise SystemExit(f"The hub did not start.\n{log.read_text(encoding='utf-8')[-3000:]}")


def main() -> None:
    """Run the rounds and write the record."""
    parser = argparse.ArgumentParser(description="Measure a class of simulated students on this machine.")
    parser.add_argument("--students", type=int, nargs="+", default=[5, 10, 20], help=f"a round for each, up to {MOST}")
    parser.add_argument("--chapter", default="02_sugar_for_oil")
    parser.add_argument("--to", type=Path, default=HERE / "measured.json")
    chosen = parser.parse_args()
    if not all(1 <= count <= MOST for count in chosen.students):
        parser.error(f"between 1 and {MOST} students")
    notebook = json.loads((ROOT / "notebooks" / f"{chosen.chapter}.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(one["source"]) for one in notebook["cells"] if one["cell_type"] == "code"]
    rounds = []
    for count in chosen.students:
        rounds.append(asyncio.run(one_round(count, chosen.chapter, cells)))
        print(json.dumps(rounds[-1]), flush=True)
    machine = {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "jupyterhub": version("jupyterhub"),
        "chapter": chosen.chapter,
        "cells": len(cells),
    }
    before = json.loads(chosen.to.read_text(encoding="utf-8")) if chosen.to.exists() else {}
    kept = before.get("rounds", []) if machine.items() <= before.items() else []  # other rounds of the same machine
    kept = [one for one in kept if one["students"] not in chosen.students]
    record = {**machine, "rounds": sorted(kept + rounds, key=lambda one: one["students"])}
    chosen.to.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    if chosen.to.samefile(HERE / "measured.json"):
        report.write()


if __name__ == "__main__":
    main()
