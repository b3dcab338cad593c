"""Follows a command and all that it starts by ptrace, and kills one process of these before its N-th system call.

A process is known by its descent, (2, 1) say for the first child of fardel's second: that is the same in each run,
as pids are not. strace counts for each process too, but cannot tell them apart.
"""
import collections
import ctypes
import ctypes.util
import os
import signal
import struct

TRACEME, CONT, SYSCALL, SETOPTIONS, GETEVENTMSG, GET_SYSCALL_INFO = 0, 7, 24, 0x4200, 0x4201, 0x420E
EVENTS = {1: "fork", 2: "vfork", 3: "clone", 4: "exec"}
SYSGOOD, EXITKILL = 1, 1 << 20
OPTIONS = SYSGOOD | EXITKILL | sum(1 << event for event in EVENTS)
WALL = 0x40000000
ENTRY = 1

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
SECCOMP = ctypes.CDLL(ctypes.util.find_library("seccomp"))
SECCOMP.seccomp_syscall_resolve_num_arch.restype = ctypes.c_void_p
NATIVE = 0


def ptrace(request, pid, address=None, data=None):
    """False where the process is gone."""
    return LIBC.ptrace(request, pid, address, data) >= 0


def call_name(number):
    text = SECCOMP.seccomp_syscall_resolve_num_arch(NATIVE, number)
    return ctypes.string_at(text).decode() if text else str(number)


def program_name(pid):
    """What was executed: of a script its own name, of a worker its name without fardel-."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = [os.path.basename(word).decode(errors="replace") for word in file.read().split(b"\0")]
    except OSError:
        return "?"
    name = words[1] if words[0] in ("sh", "bash", "dash") and words[1] == "rules" else words[0]
    return name.removeprefix("fardel-")


def is_thread(pid):
    """Of a process that is followed already: it dies with that, and what kills it kills that."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            return f"\nTgid:\t{pid}\n" not in file.read()
    except OSError:
        return False


class Process:
    """One that is followed; without a path, a thread of one."""

    def __init__(self, path):
        self.path = path
        self.name = ""  # of the program that it has become; "": a fork of fardel
        self.children = 0
        self.calls = []
        self.counts = collections.Counter()


def start(args, env, log):
    """Starts it stopped at its exec."""
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        os.dup2(1, 2)
        ptrace(TRACEME, 0)
        os.execve(args[0], args, env)
    os.waitpid(pid, WALL)
    ptrace(SETOPTIONS, pid, None, OPTIONS)
    return pid


class Run:
    """One command under ptrace; what it says goes to the file `log`.

    `victim` is the path of the process to be killed before `call`'s `number`-th time. None: nothing is killed, and the
    calls of all but the first are kept.
    """

    def __init__(self, args, env, log, victim=None, call=None, number=0):
        self.victim, self.call, self.number = victim, call, number
        self.struck = False
        self.processes = {}  # by pid, while they live
        self.all = []
        self.early = set()  # pids that stopped before their parent's fork was told
        self.info = ctypes.create_string_buffer(88)
        self.first = start(args, env, log)
        self.add(self.first, ())

    def add(self, pid, path):
        self.processes[pid] = Process(path)
        self.all.append(self.processes[pid])

    def follow(self):
        """To the end of all: the first one's status, as subprocess has it."""
        result = None
        self.go_on(self.first)
        while True:
            try:
                pid, status = os.waitpid(-1, WALL)
            except ChildProcessError:
                return result
            if not os.WIFSTOPPED(status):
                if pid == self.first:
                    result = os.waitstatus_to_exitcode(status)
                self.processes.pop(pid, None)
            elif pid not in self.processes:
                self.early.add(pid)
            else:
                self.stopped(pid, os.WSTOPSIG(status), status >> 16)

    def stopped(self, pid, number, event):
        if event:
            self.event(pid, EVENTS.get(event))
            number = 0
        elif number == signal.SIGTRAP | 0x80:
            self.at_call(pid)
            number = 0
        elif number in (signal.SIGSTOP, signal.SIGTRAP):
            number = 0  # a new one's first stop
        self.go_on(pid, number)

    def event(self, pid, event):
        process = self.processes[pid]
        if event == "exec":
            process.name = program_name(pid)
            return
        child = ctypes.c_ulong()
        if not ptrace(GETEVENTMSG, pid, None, ctypes.addressof(child)):
            return
        if is_thread(child.value):
            self.processes[child.value] = Process(None)
        else:
            process.children += 1
            self.add(child.value, (*process.path, process.children))
        if child.value in self.early:
            self.early.remove(child.value)
            self.go_on(child.value)

    def at_call(self, pid):
        process = self.processes[pid]
        if not ptrace(GET_SYSCALL_INFO, pid, len(self.info), ctypes.addressof(self.info)) or self.info.raw[0] != ENTRY:
            return
        call = call_name(struct.unpack_from("Q", self.info, 24)[0])
        process.counts[call] += 1
        process.calls.append(f"{call}.{process.counts[call]}")
        if process.path == self.victim and call == self.call and process.counts[call] == self.number:
            self.struck = True
            os.kill(pid, signal.SIGKILL)

    def go_on(self, pid, number=0):
        path = self.processes[pid].path
        looks = path == self.victim if self.victim else path
        ptrace(SYSCALL if looks and not self.struck else CONT, pid, None, number)
