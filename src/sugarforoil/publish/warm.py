"""Kernels that start warm: one process imports what every chapter imports, and each kernel is a fork of it.

A chapter computes for a second or two; its kernel needs longer than that to import pandas, Matplotlib and SciPy. Only
modules are shared: each kernel has a namespace and an IPython of its own, and no chapter finds what another one left.
Python's own fork server (`multiprocessing`) does the forking; `jupyter_client` asks this module for the process in
place of starting one. On other systems than Linux kernels start as always: elsewhere forking what has loaded the
system's graphics is not safe.
"""

# mypy: allow-subclassing-any, allow-untyped-calls
from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from importlib.metadata import EntryPoint
from multiprocessing import forkserver
from typing import Any

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

NAME = "sugarforoil-warm"
LAUNCHER = "ipykernel_launcher"  # the module that a kernel's command runs, before its options


class Forked:
    """A forked kernel, with the methods of `subprocess.Popen` that `LocalProvisioner` uses."""

    stdin = stdout = stderr = None

    def __init__(self, process: Any) -> None:
        self.process = process
        self.pid: int = process.pid

    def poll(self) -> int | None:
        code: int | None = self.process.exitcode
        return code

    def wait(self) -> int | None:
        self.process.join()
        return self.poll()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class WarmProvisioner(LocalProvisioner):
    """Starts IPython kernels as forks of the warm process, and every other kernel as always."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        elsewhere = kwargs["env"].get("PYTHONPATH") != os.environ.get("PYTHONPATH")
        if LAUNCHER not in cmd or elsewhere:  # it is to import from other places than this process does
            return await super().launch_kernel(cmd, **kwargs)
        options = cmd[cmd.index(LAUNCHER) + 1 :]
        context = multiprocessing.get_context("forkserver")
        process = context.Process(target=kernel, args=(options, kwargs.get("cwd"), dict(kwargs["env"])))
        process.start()
        self.process = Forked(process)  # type: ignore[assignment]
        self.pid = process.pid
        self.pgid = None  # not the leader of a group: what is sent to it reaches it alone
        return self.connection_info


def kernel(options: list[str], folder: str | None, variables: dict[str, str]) -> None:
    """Be a kernel, in the forked process."""
    from ipykernel.kernelapp import IPKernelApp

    signal.signal(signal.SIGINT, signal.default_int_handler)  # the process that it was forked from is deaf to it
    os.environ.clear()
    os.environ.update(variables)
    if folder:
        os.chdir(folder)
    sys.argv = [LAUNCHER, *options]
    IPKernelApp.launch_instance(options)


def use() -> None:
    """Let all kernels that this process starts from now on be warm, where that can be done."""
    if sys.platform != "linux":
        return
    factory = KernelProvisionerFactory.instance()
    group = KernelProvisionerFactory.GROUP_NAME
    factory.provisioners[NAME] = EntryPoint(NAME, f"{__name__}:{WarmProvisioner.__name__}", group)
    factory.default_provisioner_name = NAME
    multiprocessing.get_context("forkserver").set_forkserver_preload([f"{__package__}.imports"])
    forkserver.ensure_running()  # it imports while this process goes on
