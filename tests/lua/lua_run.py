"""run, net, json, toml, sys."""
import hashlib
import os

from drive import want

PROGRAMS = ["sh", "true", "false", "printf", "cat", "env", "pwd", "sleep", "kill", "nothing-of-that-name"]


def test_run_runs_what_the_manifest_names(g):
    g.is_("run{'true'}", "0", programs=PROGRAMS)
    g.is_("select(2, run{'printf', '%s|', 'a b', '$HOME', capture = true})", "a b|$HOME|", programs=PROGRAMS)
    g.fails("run{'true'}", "true: the manifest does not name it")
    g.fails("run{'ls'}", "ls: the manifest does not name it", programs=PROGRAMS)
    g.fails("run{'/bin/true'}", "by its name alone", programs=PROGRAMS)
    g.fails("run{'nothing-of-that-name'}", "no such program", programs=PROGRAMS)
    g.fails("run{}", "a program is needed", programs=PROGRAMS)
    g.fails("run('true')", "a table is needed", programs=PROGRAMS)
    g.fails("run{'printf', 1}", "its words are texts", programs=PROGRAMS)
    g.fails("run{'printf', 'a\\0b'}", "its words are texts", programs=PROGRAMS)


def test_run_tells_how_it_ended(g):
    g.fails("run{'false'}", "false failed (exit status 1)", programs=PROGRAMS)
    g.is_("run{'false', check = false}", "1", programs=PROGRAMS)
    g.is_("run{'sh', '-c', 'printf out; exit 3', check = false, capture = true}", "3\tout", programs=PROGRAMS)
    g.fails("run{'sh', '-c', 'kill -9 $$'}", "sh was ended by signal 9", programs=PROGRAMS)


def test_run_says_what_the_program_says(g):
    run = g.run("run{'sh', '-c', 'echo one; echo two >&2'}", programs=PROGRAMS)
    want(run.out == "one\n" and run.err == "two\n", str(run))
    run = g.run("run{'sh', '-c', 'yes | head -c 3000000'}", programs=PROGRAMS)
    want(run.status == 1 and "limit output" in run.err and "rules.lua:1:" in run.err, str(run)[:500])


def test_run_gives_a_clean_start(g):
    found = g.value("print(select(2, run{'env', capture = true}))", programs=PROGRAMS,
                    env={"PATH": "/evil", "LANG": "x", "SECRET": "1", "HOME": g.tmp, "TMPDIR": g.tmp, "LD_PRELOAD": ""})
    lines = sorted(line for line in found.splitlines() if line)
    want(lines == [f"HOME={g.tmp}", "LANG=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", f"TMPDIR={g.tmp}"], found)
    found = g.value("print(select(2, run{'sh', '-c', 'ls /proc/self/fd | tr \"\\\\n\" \" \"; pwd; ulimit -v', capture = true}))",
                    programs=PROGRAMS)
    want(found.startswith(f"0 1 2 3 {g.dir}\nunlimited"), found)


def test_run_does_not_wait_for_what_is_left_behind(g):
    run = g.run("run{'sh', '-c', 'sleep 30 & echo ran'}", programs=PROGRAMS)
    want(run.status == 0 and run.out == "ran\n" and run.seconds < 10, str(run))


def test_net_fetches_in_download(g):
    data = b"a pack\0" * 1000
    sha256 = hashlib.sha256(data).hexdigest()
    has = {"https://example.com/x": data, "https://example.com/no": ("http-status", "404 Not Found")}
    want_it = f"url = 'https://example.com/x', sha256 = '{sha256}'"

    def download(text):
        return g.run(f"function download(file) {text} end", has, phase="download", args=[g.out + "/file"])

    run = download(f"net.fetch{{{want_it}, file = file}}")
    want(run.status == 0, str(run))
    want(g.read("out/file").encode() == data, "other bytes")
    want(g.broker.asked == [{"op": "fetch", "url": "https://example.com/x", "sha256": sha256}], str(g.broker.asked))
    run = download(f"print(#net.fetch{{{want_it}, size = 7000}})")
    want(run.status == 0 and run.out == "7000\n" and g.broker.asked[0]["size"] == 7000, str(run))
    run = download("net.fetch{url = 'https://example.com/x', sha256 = 'beef'}")
    want(run.status == 1 and "net.fetch: https://example.com/x: checksum mismatch" in run.err, str(run))
    run = download(f"net.fetch{{{want_it}, file = '{g.outside}/x'}}")
    want(run.status == 1 and not os.path.exists(g.outside + "/x"), str(run))
    run = download("net.fetch{url = 'https://example.com/x'}")
    want(run.status == 1 and "sha256 is needed" in run.err, str(run))


def test_net_failures_of_the_network_are_exit_2(g):
    has = {"https://example.com/no": ("http-status", "404 Not Found")}

    def download(text):
        return g.run(f"function download(file) {text} end", has, phase="download", args=[g.out + "/file"])

    for url, words in (("https://example.com/no", "404"), ("https://other.example", "no such host")):
        run = download(f"net.fetch{{url = '{url}', sha256 = 'x'}}")
        want(run.status == 2 and words in run.err and run.err.startswith("rules.lua:1: net.fetch: "), str(run))
        run = download(f"pcall(net.fetch, {{url = '{url}', sha256 = 'x'}}) error('another')")
        want(run.status == 1, str(run))
        run = download(f"pcall(net.fetch, {{url = '{url}', sha256 = 'x'}})")
        want(run.status == 0, str(run))


def test_net_errors_name_the_url_once(g):
    url = "https://example.com/x"
    for text in ("no such host", f"{url}: no such host", f"fetch {url}: 404 Not Found"):
        run = g.run(f"function download() net.fetch{{url = '{url}', sha256 = 'x'}} end", {url: ("network", text)},
                    phase="download", args=[g.out + "/file"])
        want(run.status == 2 and run.err.count(url) == 1, f"{text}: {run}")


def test_net_is_for_download_alone(g):
    g.fails("net.fetch{url = 'https://example.com/x', sha256 = 'x'}", "only download has a network")
    want(not g.broker.asked, "it was asked")


def test_net_answers_that_make_no_sense(g):
    for answer in (b"", b"{", b"[]", b"{}", b'{"ok":true}', b'{"ok":true,"size":1,"sha256":"x"}', b'{"ok":false}',
                   b'{"ok":true,"size":-1}'):
        run = g.run("function download() net.fetch{url = 'https://x', sha256 = 'x'} end",
                    {"https://x": lambda end, order, answer=answer: end.send(answer) if answer else end.close()},
                    phase="download", args=[g.out + "/file"])
        want(run.status == 1 and run.err.startswith("rules.lua:1: net.fetch: https://x: "), f"{answer}: {run}")


def test_json_goes_both_ways(g):
    g.is_("json.encode{1, 2.5, 'x', true, json.null, {a = {}}}", '[1,2.5,"x",true,null,{"a":{}}]')
    g.is_("json.decode('{\"a\":[1,2.5,null,\"\\\\u00e9\"]}').a[4], json.decode('[null]')[1] == json.null", "é\ttrue")
    g.is_("math.type(json.decode('1')), math.type(json.decode('1.0')), json.decode('[]')[1]", "integer\tfloat\tnil")
    g.is_("json.encode(json.decode('{\"b\":1,\"a\":[{\"c\":false}]}'))", '{"a":[{"c":false}],"b":1}')
    g.fails("json.decode('{')", "not JSON: line 1")
    g.fails("json.decode('{\"a\":1,\"a\":2}')", "not JSON")
    g.fails("json.decode(('['):rep(100) .. (']'):rep(100))", "levels")
    g.fails("json.encode(print)", "no place for function")
    g.fails("json.encode{1, a = 2}", "neither")
    g.fails("json.encode(0/0)", "NaN")
    g.fails("json.encode('\\xff')", "UTF-8")
    g.fails("local t = {} t.t = t json.encode(t)", "tables in one another")
    g.fails("json.encode{[true] = 1}", "keys are texts")


def test_json_keeps_empty_lists(g):
    for text in ('{"a":[],"b":{},"c":[[],{}]}', "[]", "{}", '[[[]]]'):
        g.is_(f"json.encode(json.decode('{text}'))", text)
    # What a script does to one counts, not what it was.
    g.is_("(function() local l = json.decode('[1,2]') table.remove(l) table.remove(l) return json.encode(l) end)()", "[]")
    g.is_("(function() local l = json.decode('[]') l[1] = 'x' return json.encode(l) end)()", '["x"]')
    g.is_("(function() local l = json.decode('[]') l.x = 1 return json.encode(l) end)()", '{"x":1}')
    g.is_("(function() local l = json.list() local e = json.encode{l} l[1] = 1 return e, json.encode(l), json.encode{json.list()} end)()",
          "[[]]\t[1]\t[[]]")
    g.is_("json.encode{fs.glob('nothing*'), text.lines('')}", "[[],[]]")
    g.is_("getmetatable(json.list()), pcall(setmetatable, json.list(), {}), json.encode(setmetatable({}, {}))",
          "false\tfalse\t{}")
    g.fails("json.list(1)", "0 arguments are the most")


def test_toml_is_read(g):
    g.put("dir/x.toml", 'a = 1\nb = [1, 2.5, "x", []]\n[c.d]\ne = true\nf = 2026-11-22\ng = 2026-11-22T01:02:03Z\n'
                        '[[h]]\ni = "j"\n[[h]]\n[k]\n"l.m" = 1\n')
    g.is_("json.encode(toml.decode(fs.read('x.toml')))",
          '{"a":1,"b":[1,2.5,"x",[]],"c":{"d":{"e":true,"f":"2026-11-22","g":"2026-11-22T01:02:03Z"}},'
          '"h":[{"i":"j"},{}],"k":{"l.m":1}}')
    g.fails("toml.decode('a = ')", "line 1, column")
    g.fails("toml.decode('a = \"\\\\u0000\"')", "NUL")


def test_sys_tells_facts(g):
    g.is_("sys.architecture, sys.distribution, sys.release, sys.codename, sys.locale, sys.phase, sys.api",
          "amd64\tdebian\t12\tbookworm\tC.UTF-8\tconfigure\t1")
    g.is_("sys.package.name, sys.package.version, sys.package.id", "hello\t1.2\t0123abcd")


def test_what_a_module_does_not_have_is_an_error(g):
    g.fails("fs.exist('x')", "fs.exist: there is no such function: is fs.exists meant?")
    g.fails("local a = sys.architectur", "sys.architectur: there is no such field: is sys.architecture meant?")
    g.fails("local a = sys.package.nam", "sys.package.nam: there is no such field: is sys.package.name meant?")
    g.fails("print('on ' .. sys.arch)", "is sys.architecture meant?")
    g.fails("fs.zzzzzz()", "fs.zzzzzz: there is no such function")
    g.fails("fs[('a\\0b'):rep(100000)]()", "there is no such function")
    g.fails("fs.frobnicate = nil print(fs.frobnicate)", "no such function")
    g.is_("fs[1], rawget(fs, 'exist'), getmetatable(fs), getmetatable(sys.package), pcall(setmetatable, fs, {})",
          "nil\tnil\tfalse\tfalse\tfalse\tcannot change a protected metatable")
    g.is_("(function() fs.mine = 1 return fs.mine end)()", "1")
    g.is_("json.encode(sys.package)", '{"id":"0123abcd","name":"hello","version":"1.2"}')
    found = g.value("local ok, text = pcall(function() return fs.exist end) print(text)")
    want(found == "rules.lua:2: fs.exist: there is no such function: is fs.exists meant?\n", found)


def test_sys_in_use_ends_with_4(g):
    run = g.run("function configure() pcall(sys.in_use, 'hello runs: 1234') print('on') end")
    want(run.status == 4 and run.out == "" and run.err == "rules.lua:1: hello runs: 1234\n", str(run))
