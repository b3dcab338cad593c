"""rules-api/README.md: what it names is there, what is there is named, and its examples are Lua."""
import os
import re

from drive import want

README = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../rules-api/README.md")


def reference():
    with open(README) as file:
        return file.read()


def test_all_functions_are_told_of(g):
    found = g.value("for name, m in pairs(_G) do if type(m) == 'table' and name ~= '_G' and not ({string = 1, table = 1, math = 1, utf8 = 1, "
                    "coroutine = 1, os = 1})[name] then for n in pairs(m) do print(name .. '.' .. n) end end end").split()
    text = reference()
    missing = [name for name in found if f"`{name}" not in text and f"{name}(" not in text and f"{name}{{" not in text]
    want(len(found) > 50 and not missing, f"not told of: {missing}")


def test_all_that_is_told_of_is_there(g):
    names = set(re.findall(r"`((?:fs|archive|desktop|unit|alternatives|user|net|json|toml|text|path|log|sys)\.[a-z_]+)[({`]", reference()))
    want(len(names) > 50, str(names))
    for name in sorted(names):
        g.is_(f"{name} ~= nil", "true")


def test_examples_are_lua(g):
    blocks = re.findall(r"```lua\n(.*?)```", reference(), re.S)
    want(len(blocks) > 8, "where are they?")
    for block in blocks:
        found = g.value(f"print(load([==[{block}]==]))")
        want(found.startswith("function"), f"{block}: {found}")


def test_the_first_example_works(g):
    block = re.findall(r"```lua\n(.*?)```", reference(), re.S)[0].replace('"/usr/bin/hello")', f'"{g.root}/usr/bin/hello")')
    g.put("dir/upstream/opt/hello/icons/hello.svg", "<svg/>")
    run = g.run(block)
    want(run.status == 0, str(run))
    want(os.readlink(g.root + "/usr/bin/hello") == g.upstream + "/opt/hello/hello", "the program")
    want("Exec=/usr/bin/hello %U\n" in g.read("root/usr/share/applications/com.example.hello.desktop"), "the entry")
    want(os.path.islink(g.root + "/usr/share/icons/hicolor/scalable/apps/hello.svg"), "the icon")


def test_the_language_is_as_told(g):
    g.is_("type(os.time), type(os.date), type(os.clock), type(os.difftime), io, debug, package, require, os.date('%Z')",
          "function\tfunction\tfunction\tfunction\tnil\tnil\tnil\tnil\tUTC")
