"""What is run, and how it ends."""
import json
import os
import subprocess

from drive import PROGRAM, want


def test_a_phases_function_is_called_with_its_arguments(g):
    run = g.run("function unpack(pack, dir, more) print(pack, dir, more) end", phase="unpack", args=["/a", "/b"])
    want(run.status == 0 and run.out == "/a\t/b\tnil\n", str(run))


def test_a_phase_without_a_function(g):
    for phase in ("configure", "unconfigure"):
        run = g.run("", phase=phase)
        want(run.status == 0 and run.out + run.err == "", str(run))
    run = g.run("", phase="download", args=["/x"])
    want(run.status == 1 and "rules.lua: there is no function download" in run.err, str(run))


def test_a_script_without_any_phase_is_refused(g):
    for phase in ("download", "unpack", "configure", "unconfigure"):
        run = g.run("local function configure() end", bare=True, phase=phase)
        want(run.status == 1 and "rules.lua: there is none of the functions download, unpack, configure and unconfigure" in run.err,
             f"{phase}: {run}")
    for slip, meant in (("configur", "configure"), ("Configure", "configure"), ("unconfigre", "unconfigure"), ("un_pack", "unpack"),
                        ("donwload", "download")):
        run = g.run(f"function helper() end function {slip}() end", bare=True)
        want(run.status == 1 and run.err.endswith(f"{slip}: is {meant} meant?\n"), f"{slip}: {run}")
    # What is no function of the script's own is not meant.
    run = g.run("configur = 1 downloads = print", bare=True)
    want(run.status == 1 and "meant?" not in run.err, str(run))
    run = g.run("configur = 1 function unpack() end", bare=True)
    want(run.status == 0, str(run))
    run = g.run("print('ran')", bare=True, phase="", profile="packets", name="install.lua", args=[])
    want(run.status == 0, str(run))


def test_on_the_system_itself_there_must_be_a_way_back(g):
    run = g.run("function configure() print('ran') end", direct=True)
    want(run.status == 1 and run.out == "" and "without unconfigure" in run.err, str(run))
    run = g.run("function configure() print('ran') end function unconfigure() end", direct=True)
    want(run.status == 0 and run.out == "ran\n", str(run))


def test_errors_tell_their_line(g):
    run = g.run("\n\nfs.read('nothing')")
    want(run.status == 1 and run.err.startswith("rules.lua:3: fs.read: "), str(run))
    run = g.run("x = = 1")
    want(run.status == 1 and run.err.startswith("rules.lua:1: "), str(run))
    run = g.run("function configure()\n error('it is so')\nend")
    want(run.status == 1 and run.err == "rules.lua:2: it is so\n", str(run))
    run = g.run("error('a\\27[1m\\nb')")
    want(run.status == 1 and run.err == "rules.lua:1: a\\x1b[1m\\nb\n", str(run))


def test_a_malformed_order_is_refused(g):
    good = g.order("print('ran')")
    for change in ({"api": 2}, {"profile": "root"}, {"dir": "relative"}, {"dir": 1}, {"places": [{"path": "x"}]},
                   {"places": [{"path": "/", "write": 1}]}, {"programs": ["../sh"]}, {"programs": [1]}, {"args": [1]},
                   {"limits": {"memory": -1}}, {"limits": {"cpu": "1"}}, {"globals": {"a": 1}}, {"direct": "yes"},
                   {"script": None}):
        run = g.run(None, raw=json.dumps({**good, **change}).encode())
        want(run.status == 1 and run.out == "" and "malformed order" in run.err, f"{change}: {run}")
    for raw in (b"", b"{", b"[]", b"\0"):
        run = g.run(None, raw=raw)
        want(run.status == 1 and "malformed order" in run.err, f"{raw}: {run}")


def test_what_the_order_names_must_be_there(g):
    run = g.run("", places=[{"path": g.work + "/nothing"}])
    want(run.status == 1 and "/nothing" in run.err, str(run))
    run = g.run("", script=g.work + "/nothing")
    want(run.status == 1 and "No such file" in run.err, str(run))


def test_a_person_is_told_what_it_is(g):
    run = subprocess.run([PROGRAM], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    want(run.returncode == 64 and run.stderr == "fardel-lua is run by fardel\n", str(run))
