"""Servers that lie, stall, lead astray or never end (S), and what they may learn."""
import base64
import os
import shutil
import signal
import stat
import subprocess
import time

from box import MIB, case, processes, want
from looks import is_below

QUICK = ("--set", "fetch.retry_delay=0", "--set", "fetch.stall_timeout=3", "--set", "fetch.connect_timeout=5")
ONCE = (*QUICK, "--set", "fetch.retries=0")
BIG = 9 * 1024  # KiB: what breaks off above 8 MiB is kept
PUBLIC = "198.51.100.7"  # of no network that there is


def kept(box):
    """All files of the cache: packs, and what is kept of downloads that broke off."""
    found = []
    for folder, _, files in os.walk(box.path("/var/cache/fardel/packs")):
        found += [os.path.join(folder, name) for name in files]
    return found


def partial(box):
    return [name for name in kept(box) if "/parts/" in name]


def install(box, url, *options, pack=None, more=(), **means):
    """Installs hello, whose pack comes from that URL."""
    file = box.installer("hello", pack=pack or box.pack("hello", "1"), url=url)
    return box.fardel(*(options or ONCE), "install", file, *more, **means)


def refuse(box, run, code, *texts, seconds=None):
    """It failed, and left nothing at all."""
    box.refused(run, code, *texts, **({"seconds": seconds} if seconds else {}))
    want(not kept(box), f"left in the cache: {kept(box)}")
    box.unharmed()


def asked(state, what="requests"):
    with open(os.path.join(state, what)) as file:
        return file.read().splitlines()


def file_of(box, name, text, mode=0o600):
    """A file below /etc/fardel, that counts as having been there before."""
    path = box.path("/etc/fardel/" + name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)
    box.before = box.outside()
    return path


def search(box, secret, run=None):
    """Whether the secret stands in what fardel said or wrote, as it is or in base64."""
    found = []
    for text in (secret, base64.b64encode(secret.encode()).decode().rstrip("=")):
        if run and text in run.out + run.err:
            found.append("stdout or stderr")
        for top in ("/var/lib/fardel", "/var/log/fardel", "/var/cache/fardel", "/run/fardel"):
            for folder, _, files in os.walk(box.path(top)):
                for name in files:
                    path = os.path.join(folder, name)
                    # What the packager wrote into the installer is the package's own.
                    if name == "upstream_pack_url" or os.path.islink(path):
                        continue
                    with open(path, "rb") as file:
                        if text.encode() in file.read():
                            found.append(path)
    want(not found, f"{secret} stands in {found}")


def watch(box, job, secret):
    """Looks at the arguments and environment of all processes until the job has ended; how many there were of it."""
    seen = set()
    end = time.monotonic() + 60
    while job.poll() is None:
        want(time.monotonic() < end, "fardel does not end")
        for pid in filter(str.isdigit, os.listdir("/proc")):
            for what in ("cmdline", "environ"):
                try:
                    with open(f"/proc/{pid}/{what}", "rb") as file:
                        text = file.read()
                except OSError:
                    continue
                want(secret.encode() not in text, f"{secret} in the {what} of {text[:200]}")
                if b"fardel-fetch" in text:
                    seen.add(pid)
        time.sleep(0.05)
    return len(seen)


# --- Redirects -------------------------------------------------------------------------------------------------


@case("S1", "redirects to what is neither http nor https")
def other_schemes(box):
    url, state = box.serve_evil()
    for to in ("file:///etc/passwd", "gopher://127.0.0.1:1/x", "scp://127.0.0.1/x", "ftp://127.0.0.1/x", "dict://127.0.0.1:1/x",
               "unix:///run/x", "data:,x", "ldap://127.0.0.1/"):
        run = install(box, f"{url}/to/hello-1.deb?{to}")
        refuse(box, run, 2, "127.0.0.1", "redirected to something other than http or https")
    want(len(asked(state)) == 8, "it was tried again")


@case("S2", "a redirect from https to http")
def to_plain(box):
    ca = Authority(box)
    plain, plain_state = box.serve_evil()
    url, _ = secure(box, ca.make("localhost"))
    run = install(box, f"{url}/to/hello-1.deb?{plain}/ok/hello-1.deb", *ONCE, "--set", f"fetch.ca_file={ca.file}")
    refuse(box, run, 2, "redirected from https to http")
    want(not os.path.exists(f"{plain_state}/requests"), "the other was asked")


@case("S3", "a redirect that leads to itself, and chains")
def redirect_loop(box):
    url, state = box.serve_evil()
    refuse(box, install(box, f"{url}/loop/hello-1.deb"), 2, "more than 10 redirects")
    want(len(asked(state)) == 11, f"{len(asked(state))} requests")
    refuse(box, install(box, f"{url}/redirect/1000/hello-1.deb"), 2, "more than 10 redirects")
    run = install(box, f"{url}/redirect/10/hello-1.deb")
    want(run.status == 0, str(run))


class Outside:
    """A network of its own in which this machine has a public address."""

    def __init__(self, box):
        ready = os.path.join(box.work, "network")
        script = (f"ip link set lo up && ip addr add {PUBLIC}/32 dev lo && ip addr add 169.254.169.254/32 dev lo && "
                  f"ip addr add 10.9.9.9/32 dev lo && : >{ready} && exec sleep 300")
        with open(ready + ".err", "w") as err:
            self.job = subprocess.Popen(["unshare", "--net", "sh", "-c", script], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=err)
        box.at_end.append(lambda: (self.job.kill(), self.job.wait()))
        end = time.monotonic() + 10
        while not os.path.exists(ready):
            if self.job.poll() is not None or time.monotonic() > end:
                with open(ready + ".err") as err:
                    box.skip("no network of its own: " + err.read().strip())
            time.sleep(0.01)
        box.known = set(processes())
        self.inside = ("nsenter", f"--net=/proc/{self.job.pid}/ns/net")


@case("S4", "a redirect of a public server to this machine, its link and its networks", modes=("mount", "userns"))
def inward(box):
    net = Outside(box)
    local, state = box.serve_evil("--address", "0.0.0.0", wrap=net.inside)
    port = local.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "0.0.0.0", "2130706433", "0x7f.1", "169.254.169.254", "10.9.9.9", "[::ffff:127.0.0.1]"):
        run = install(box, f"http://{PUBLIC}:{port}/to/hello-1.deb?http://{host}:{port}/ok/hello-1.deb", wrap=net.inside)
        refuse(box, run, 2, "redirected to", "an address of this machine or its network")
    want(not [line for line in asked(state) if line.startswith("/ok/")], "it was asked all the same")
    # A private network may lead to itself, but not to the machine.
    to = f"http://10.9.9.9:{port}/ok/hello-1.deb"
    run = install(box, f"http://10.9.9.9:{port}/to/hello-1.deb?http://127.0.0.1:{port}/ok/hello-1.deb", wrap=net.inside)
    refuse(box, run, 2, "redirected to 127.0.0.1")
    run = install(box, f"http://10.9.9.9:{port}/to/hello-1.deb?{to}", wrap=net.inside)
    want(run.status == 0, str(run))


@case("S4-name", "a redirect of a public server to a name that stands for this machine", modes=("mount",))
def inward_name(box):
    net = Outside(box)
    with open("/etc/hosts", "a") as hosts:
        hosts.write("127.0.0.1 rebound.example\n")
    box.before = box.outside()
    local, state = box.serve_evil("--address", "0.0.0.0", wrap=net.inside)
    port = local.rpartition(":")[2]
    run = install(box, f"http://{PUBLIC}:{port}/to/hello-1.deb?http://rebound.example:{port}/ok/hello-1.deb", wrap=net.inside)
    refuse(box, run, 2, "redirected to rebound.example", "an address of this machine")
    want(set(asked(state, "connections")) == {PUBLIC}, "it was connected to all the same")
    run = install(box, f"http://{PUBLIC}:{port}/to/hello-1.deb?http://{PUBLIC}:{port}/ok/hello-1.deb", wrap=net.inside)
    want(run.status == 0, str(run))
    want(len([line for line in asked(state) if line.startswith("/ok/")]) == 1, "the name was asked")


# --- What they may learn ---------------------------------------------------------------------------------------


@case("S5", "users, passwords and cookies on a redirect to another host")
def dropped(box):
    url, state = box.serve_evil()
    other = url.replace("127.0.0.1", "localhost")
    login = url.replace("http://", "http://me:secret@")
    run = install(box, f"{login}/to/hello-1.deb?{other}/ok/hello-1.deb")
    want(run.status == 0, str(run))
    sent = [line for line in asked(state, "headers") if line.startswith(("GET ", "Authorization"))]
    want(sent[1].startswith("Authorization: Basic") and len(sent) == 3, f"sent: {sent}")
    box.wipe()
    run = install(box, f"{url}/cookie/hello-1.deb")
    want(run.status == 0, str(run))
    want(not [line for line in asked(state, "headers") if line.lower().startswith(("cookie", "referer"))], "told on")
    search(box, "me:secret", run)


@case("S5-url", "a URL's user and password in messages, logs, ps, database, environment")
def url_login(box):
    url, state = box.serve_evil()
    login = url.replace("http://", "http://me:hunter2@")
    for path, code in (("auth/hello-1.deb", 2), ("status/404/hello-1.deb", 2), ("wrong/hello-1.deb", 5), ("loop/hello-1.deb", 2),
                       ("reset/hello-1.deb", 2), ("to/hello-1.deb?file:///x", 2), ("ok/hello-1.deb", 0)):
        run = install(box, f"{login}/{path}", "--debug", *ONCE)
        want(run.status == code, str(run))
        search(box, "hunter2", run)
        if code:
            want(url.partition("//")[2] in run.err, f"the URL is not named: {run}")
    for words in (("log",), ("log", "--json"), ("show", "hello"), ("show", "hello", "--json"), ("list", "--json"), ("config", "show")):
        search(box, "hunter2", box.fardel(*words))
    box.must("remove", "hello")
    box.wipe()
    file = box.installer("hello", pack=box.pack("hello", "1"), url=f"{login}/drip/hello-1.deb")
    job = box.start("--debug", *ONCE, "install", file)
    want(watch(box, job, "hunter2") >= 1, "no worker was seen")
    want("hunter2" not in job.said(), job.said())
    want("Authorization: Basic" in "\n".join(asked(state, "headers")), "not used")


@case("S5-netrc", "netrc's user and password: used for its host, told to nobody else")
def netrc(box):
    url, state = box.serve_evil()
    other = url.replace("127.0.0.1", "localhost")
    run = install(box, f"{url}/auth/hello-1.deb")
    refuse(box, run, 2, "HTTP status 401", "/etc/fardel/netrc")
    file_of(box, "netrc", "machine elsewhere.example login you password \"hunter 3\"\n"
            "machine 127.0.0.1\n login me\n password secret\n")
    run = install(box, f"{url}/auth/hello-1.deb", "--debug", *ONCE)
    want(run.status == 0, str(run))
    for secret in ("secret\n", "me:secret", "hunter 3", "password"):
        search(box, secret, run)
    box.must("remove", "hello")
    box.must("cache", "gc")
    # Not to another host; not by another port's server.
    os.truncate(f"{state}/headers", 0)
    second, second_state = box.serve_evil()
    for to, where in ((other, state), (second, second_state)):
        run = install(box, f"{url}/to/hello-1.deb?{to}/ok/hello-1.deb")
        want(run.status == 0, str(run))
        sent = asked(where, "headers")
        at = next(n for n, line in enumerate(sent) if line.startswith("GET /ok/"))
        want(not [line for line in sent[at:] if line.startswith("Authorization")], f"sent: {sent}")
        box.must("remove", "hello")
        box.must("cache", "gc")
    run = install(box, f"{other}/auth/hello-1.deb")
    refuse(box, run, 2, "HTTP status 401")
    file = box.installer("hello", pack=box.pack("hello", "1"), url=f"{url}/drip/hello-1.deb")
    job = box.start("--debug", *ONCE, "install", file)
    want(watch(box, job, "hunter 3") >= 1, "no worker was seen")
    want(job.returncode == 2, job.said())


@case("S5-netrc-script", "netrc's user and password are not what a script's own fetches are made with")
def netrc_script(box):
    url, state = box.serve_evil()
    box.pack("hello", "1")
    file_of(box, "netrc", "machine 127.0.0.1\n login me\n password secret\n")
    folder = os.path.join(box.work, "hello")
    os.makedirs(folder)
    none = "0" * 64
    with open(os.path.join(folder, "manifest.toml"), "w") as out:
        out.write(f'format = 3\nname = "hello"\nversion = "1"\n[[pack]]\nfile = "x"\nsha256 = "{none}"\n')
    with open(os.path.join(folder, "rules.lua"), "w") as out:
        out.write(f'function download(file) net.fetch{{url = "{url}/auth/hello-1.deb", sha256 = "{none}", file = file}} end\n')
    box.must("build", "-o", box.work, folder)
    run = box.fardel(*ONCE, "install", os.path.join(box.work, "hello.tar.gz"))
    refuse(box, run, 2, "401")
    sent = asked(state, "headers")
    want([line for line in sent if line.startswith("GET /auth/")], f"not asked: {sent}")
    want(not [line for line in sent if line.startswith("Authorization")], f"sent: {sent}")


@case("S5-netrc-open", "a netrc that others can read or write, or that is none")
def netrc_open(box):
    url, state = box.serve_evil()
    for mode, text in ((0o644, "chmod 600"), (0o640, "chmod 600"), (0o602, "chmod go-w")):
        path = file_of(box, "netrc", "machine 127.0.0.1 login me password hunter2", mode)
        run = install(box, f"{url}/auth/hello-1.deb")
        refuse(box, run, 1, "/etc/fardel/netrc", text)
        search(box, "hunter2", run)
    for text in ("machine 127.0.0.1 login me password \"hunter2", "hunter2", "machine 127.0.0.1 password hunter2\0x"):
        file_of(box, "netrc", text)
        run = install(box, f"{url}/auth/hello-1.deb")
        refuse(box, run, 1, "/etc/fardel/netrc: line 1", "mend that file")
        search(box, "hunter2", run)
    os.remove(path)
    os.mkfifo(path)
    box.before = box.outside()
    refuse(box, install(box, f"{url}/auth/hello-1.deb"), 1, "not a file")
    want(not os.path.exists(f"{state}/requests"), "the server was asked")
    if os.geteuid() == 0 and box.mode == "mount":
        os.remove(path)
        file_of(box, "netrc", "machine 127.0.0.1 login me password hunter2")
        os.chown(path, 1234, 1234)
        box.before = box.outside()
        refuse(box, install(box, f"{url}/auth/hello-1.deb"), 1, "belongs to user 1234", "chown root")


@case("S5-proxy", "a proxy's user and password: used, told to nobody else")
def proxy_login(box):
    url, state = box.serve_evil("--proxy-login")
    address = url.partition("//")[2]
    for setting in ("", "proxy:swordfish@"):
        run = install(box, "http://vendor.example/ok/hello-1.deb", *ONCE, "--set", f"fetch.proxy=http://{setting}{address}")
        refuse(box, run, 2, f"the proxy {address} wants a user and password (HTTP status 407)")
        search(box, "swordfish", run)
    file_of(box, "fardel.toml", f'[fetch]\nproxy = "http://proxy:pass@{address}"\n')
    run = install(box, "http://vendor.example/ok/hello-1.deb", "--debug", *ONCE)
    want(run.status == 0, str(run))
    search(box, "proxy:pass", run)
    run = box.must("config", "show")
    want(f'"http://***@{address}"' in run.out, run.out)
    search(box, "proxy:pass", box.must("config", "show", "--json"))
    box.must("remove", "hello")
    box.must("cache", "gc")
    file = box.installer("hello", pack=box.pack("hello", "1"), url="http://vendor.example/drip/hello-1.deb")
    job = box.start("--debug", *ONCE, "install", file)
    want(watch(box, job, "proxy:pass") >= 1, "no worker was seen")
    want("proxy:pass" not in job.said(), job.said())


# --- Proxies ---------------------------------------------------------------------------------------------------


@case("S-proxy", "proxies that refuse, are unknown, or fail: they are the ones that are named")
def proxies(box):
    for proxy, text in (("http://127.0.0.1:1", "connection to the proxy 127.0.0.1:1 refused"),
                        ("127.0.0.1:1", "connection to the proxy 127.0.0.1:1 refused"),
                        ("http://" + "a" * 64, "the name of the proxy aaaa")):
        for scheme in ("http", "https"):
            run = install(box, f"{scheme}://vendor.example/ok/hello-1.deb",
                          env={**os.environ, f"{scheme}_proxy": proxy, "no_proxy": ""})
            refuse(box, run, 2, text)
    url, state = box.serve_evil()
    address = url.partition("//")[2]
    run = install(box, "https://busy.example/ok/hello-1.deb", *ONCE, "--set", f"fetch.proxy={url}")
    refuse(box, run, 2, f"the proxy {address} answered with HTTP status 503")
    # A redirect cannot make the proxy ask what is its own.
    run = install(box, "http://vendor.example/to/hello-1.deb?http://127.0.0.1:1/", *ONCE, "--set", f"fetch.proxy={url}")
    refuse(box, run, 2, "redirected to 127.0.0.1:1")


@case("S-proxy-tunnel", "TLS through a proxy: verified all the same; no_proxy is heeded")
def tunnel(box):
    ca = Authority(box)
    proxy, state = box.serve_evil()
    url, _ = secure(box, ca.make("localhost"))
    environment = {**os.environ, "https_proxy": proxy, "no_proxy": ""}
    run = install(box, f"{url}/ok/hello-1.deb", env=environment)
    refuse(box, run, 2, "TLS with localhost", "not trusted")
    want(asked(state) == [url.partition("//")[2]], str(asked(state)))
    run = install(box, f"{url}/ok/hello-1.deb", *ONCE, "--set", f"fetch.ca_file={ca.file}",
                  env={**environment, "no_proxy": "example.org, localhost"})
    want(run.status == 0 and len(asked(state)) == 1, str(run))
    box.must("remove", "hello")
    box.must("cache", "gc")
    run = install(box, f"{url}/ok/hello-1.deb", *ONCE, "--set", f"fetch.ca_file={ca.file}", env=environment)
    want(run.status == 0 and len(asked(state)) == 2, str(run))


# --- Bodies and headers ----------------------------------------------------------------------------------------


@case("S6", "a byte a second, headers that come slowly, silence: given up when the configuration says")
def slow(box):
    url, _ = box.serve_evil()
    for habit in ("drip", "slow-headers", "stall"):
        run = install(box, f"{url}/{habit}/hello-1.deb")
        refuse(box, run, 2, "stalled: less than 1000 bytes a second for 3 s", seconds=6)
        want(run.clock > 2.5, f"{habit}: too soon: {run}")
    shown = box.must("config", "show").out
    want("fetch.stall_timeout = 30\n" in shown, shown)


@case("S7", "a body without end")
def endless(box):
    url, _ = box.serve_evil()
    run = install(box, f"{url}/endless/hello-1.deb", *ONCE, "--set", "fetch.max_size=50000000")
    refuse(box, run, 1, "more than the 50000000 bytes of fetch.max_size")
    run = install(box, f"{url}/ok/hello-1.deb", *ONCE, "--set", "fetch.max_size=100")
    refuse(box, run, 1, "more than the 100 bytes of fetch.max_size")


@case("S8", "lengths that are wrong, two, negative or beyond all numbers")
def lengths(box):
    url, _ = box.serve_evil()
    pack = box.pack("hello", "1")
    size = os.path.getsize(pack)
    for text, codes in ((size + 1, {2}), (size - 1, {5}), (0, {5}), (-1, {2}), (1 << 63, {1, 2}), (1 << 64, {1, 2}), ("1e3", {2, 5}),
                        ("0x10", {2, 5}), (f"{size},{size}", {0, 2}), ("-", {2, 5})):
        run = install(box, f"{url}/length/{text}/hello-1.deb", pack=pack)
        want(run.status in codes, f"{text}: {run}")
        if run.status:
            refuse(box, run, run.status)
        else:
            box.unharmed(installed=["hello 1"])
            box.must("remove", "hello")
            box.wipe()
    refuse(box, install(box, f"{url}/lengths/hello-1.deb"), 2, "states two lengths")


@case("S9", "a bomb that says it is gzip: no encoding is asked for, none is undone")
def bomb(box):
    url, state = box.serve_evil()
    run = install(box, f"{url}/bomb/hello-1.deb")
    refuse(box, run, 5, "checksum mismatch")
    want(not [line for line in asked(state, "headers") if line.lower().startswith("accept-encoding")], "asked for")


@case("S10", "chunks that are too large or none, trailers without end")
def chunks(box):
    url, _ = box.serve_evil()
    refuse(box, install(box, f"{url}/chunk-2g/hello-1.deb"), 2, "127.0.0.1")
    refuse(box, install(box, f"{url}/chunk-bad/hello-1.deb"), 2, "127.0.0.1")
    refuse(box, install(box, f"{url}/trailers/hello-1.deb"), 2, "bytes of headers")


@case("S10-trailers", "trailers that say what only a head may: of no matter")
def trailers(box):
    url, _ = box.serve_evil()
    run = install(box, f"{url}/told-trailers/hello-1.deb")
    want(run.status == 0 and not partial(box), str(run))
    box.unharmed(installed=["hello 1"])
    # Nor do they make what was cut off a part that can be gone on with.
    box.must("remove", "hello")
    box.wipe()
    run = install(box, f"{url}/told-trailers/hello-1.deb", *ONCE, "--set", "fetch.max_size=100")
    refuse(box, run, 1, "more than the 100 bytes of fetch.max_size")


@case("S11", "headers without end, and with NUL, CR and escapes in them")
def headers(box):
    url, _ = box.serve_evil()
    for habit in ("endless-headers", "continue", "headers"):
        refuse(box, install(box, f"{url}/{habit}/hello-1.deb"), 2, "more than 262144 bytes of headers")
    refuse(box, install(box, f"{url}/nul-header/hello-1.deb"), 2, "127.0.0.1")
    run = install(box, f"{url}/crlf-header/hello-1.deb")
    want(run.status in (0, 2), str(run))
    box.clean_text(run.out + run.err)
    for habit in ("garbage", "reset"):
        box.wipe()
        box.refused(install(box, f"{url}/{habit}/hello-1.deb"), 2, "127.0.0.1")


@case("S12", "a part that nobody asked for; and of what broke off: another range, length, file, status, or bytes")
def parts(box):
    url, state = box.serve_evil()
    refuse(box, install(box, f"{url}/206/hello-1.deb"), 2, "HTTP status 206")
    pack = box.pack("hello", "1", kb=BIG)
    for kind, requests in (("good", 2), ("range", 3), ("etag", 3), ("no-etag", 3), ("total", 3), ("416", 3), ("all", 2),
                           ("changed", 2), ("weak", 2), ("bytes", 3)):
        os.truncate(f"{state}/requests", 0)
        os.truncate(f"{state}/headers", 0)
        run = install(box, f"{url}/part/{kind}/hello-1.deb", *QUICK, "--set", "fetch.retries=1", pack=pack)
        want(run.status == 0, f"{kind}: {run}")
        want(len(asked(state)) == requests, f"{kind}: {len(asked(state))} requests")
        ranges = [line for line in asked(state, "headers") if line.startswith(("Range: ", "If-Range: "))]
        want(len(ranges) == (0 if kind == "weak" else 2), f"{kind}: {ranges}")
        want(len(box.cached()) == 1 and not partial(box) and ("fetching all of it anew" in run.err) == (kind == "bytes"), f"{kind}: {run} {kept(box)}")
        box.unharmed(installed=["hello 1"])
        box.must("remove", "hello")
        box.wipe()


@case("S12-later", "what broke off is gone on with by a later run, also after a kill; only what is sound of it counts")
def later(box):
    url, state = box.serve_evil()
    pack = box.pack("hello", "1", kb=BIG)
    size = os.path.getsize(pack)
    for kind, kill, damage in (("good", False, False), ("stall", True, False), ("range", False, False), ("good-", False, True)):
        kind = kind.rstrip("-")
        box.wipe()
        where = f"{url}/part/{kind}/hello-1.deb" + ("?damaged" if damage else "")
        file = box.installer("hello", pack=pack, url=where)
        folder = box.path("/var/cache/fardel/packs/parts")
        if kill:
            job = box.start(*ONCE, "install", file)
            box.wait("some of it", lambda: any(name.endswith(".part") and os.path.getsize(name) >= MIB for name in kept(box)))
            job.send_signal(signal.SIGKILL)
            want(job.wait() == -signal.SIGKILL, job.said())
            box.must("cache", "verify", "--repair")
        else:
            box.refused(box.fardel(*ONCE, "install", file), 2, f"after {size // 2} of {size} bytes")
        box.unharmed()
        want(sorted(os.path.splitext(name)[1] for name in os.listdir(folder)) == [".about", ".part"], str(kept(box)))
        want(stat.S_IMODE(os.stat(folder).st_mode) == 0o700, "others may look into the folder")
        want(all(stat.S_IMODE(os.stat(name).st_mode) == 0o600 for name in kept(box)), "others may look at what is kept")
        part = next(name for name in kept(box) if name.endswith(".part"))
        have = os.path.getsize(part)
        want(MIB <= have <= size // 2 if kill else have == size // 2, f"{have} of {size} bytes are kept")
        shown = box.must("cache", "list", "--json").json()["packs"]
        want([each["what"] for each in shown] == ["part"] and shown[0]["size"] == have, str(shown))
        if damage:
            with open(part, "r+b") as data:
                data.write(b"\0" * 64)
        os.truncate(f"{state}/headers", 0)
        run = box.fardel(*ONCE, "install", file)
        want(run.status == 0, f"{kind}: {run}")
        want(f"Range: bytes={have}-" in asked(state, "headers"), "not gone on with")
        want(("anew" in run.err) == damage, str(run))
        want(not os.listdir(folder), f"still there: {os.listdir(folder)}")
        box.unharmed(installed=["hello 1"])
        box.must("remove", "hello")


@case("S12-twice", "two packages of one URL at once: one of them keeps what comes, both get the whole")
def twice(box):
    url, _ = box.serve_evil()
    pack = box.pack("hello", "1", kb=BIG)
    files = [box.installer(name, pack=pack, url=f"{url}/part/good/hello-1.deb") for name in ("hello", "hello_two")]
    run = box.fardel(*QUICK, "--set", "fetch.retries=1", "download", *files)
    want(run.status == 0, str(run))
    want(len(box.cached()) == 1 and not partial(box), str(kept(box)))
    box.wipe()
    job = box.start(*ONCE, "install", box.installer("hello", pack=pack, url=f"{url}/part/stall/hello-1.deb"))
    box.wait("the half", lambda: sum(map(os.path.getsize, kept(box))) > MIB)
    job.terminate()
    want(job.wait(30) == -signal.SIGTERM, job.said())
    want(len(partial(box)) == 2, str(kept(box)))
    box.unharmed()


@case("S12-limit", "a kept part above a limit that was lowered since: refused by its size, and there when it is raised again")
def lowered(box):
    url, state = box.serve_evil()
    pack = box.pack("hello", "1", kb=BIG)
    half = os.path.getsize(pack) // 2
    file = box.installer("hello", pack=pack, url=f"{url}/part/good/hello-1.deb")
    box.refused(box.fardel(*ONCE, "install", file), 2, f"after {half} of")
    for size in (half + 1, half, half - 1, 1):
        run = box.fardel(*ONCE, "--set", f"fetch.max_size={size}", "install", file)
        box.refused(run, 1, f"more than the {size} bytes of fetch.max_size")
        want(len(partial(box)) == 2, str(kept(box)))
    os.truncate(f"{state}/headers", 0)
    run = box.fardel(*ONCE, "install", file)
    want(run.status == 0, str(run))
    want(f"Range: bytes={half}-" in asked(state, "headers"), "not gone on with")
    box.unharmed(installed=["hello 1"])


@case("S12-gc", "what broke off and is not asked for again goes with cache gc, and with gc when it is old")
def collected(box):
    url, _ = box.serve_evil()
    pack = box.pack("hello", "1", kb=BIG)
    for command, age, left in ((("gc",), 6, 2), (("gc", "--dry-run"), 8, 2), (("gc",), 8, 0), (("cache", "gc", "--dry-run"), 0, 2),
                               (("cache", "gc"), 0, 0)):
        box.wipe()
        run = install(box, f"{url}/short/hello-1.deb", pack=pack)
        refuse(box, run, 2)  # no ETag: nothing is kept
        run = install(box, f"{url}/part/good/hello-1.deb?{'-'.join(command)}{age}", pack=pack)
        box.refused(run, 2)
        for file in kept(box):
            then = time.time() - age * 24 * 3600
            os.utime(file, (then, then))
        box.must(*command)
        want(len(kept(box)) == left, f"{command}: {kept(box)}")


@case("S13", "wrong bytes of the first mirror, right ones of the second")
def mirrors(box):
    url, state = box.serve_evil()
    choice = ("--set", f'fetch.mirrors=["{url}/wrong", "{url}/ok"]')
    run = install(box, f"{url}/status/404/hello-1.deb", *ONCE, *choice)
    want(run.status == 0, str(run))
    want(f"{url}/wrong/hello-1.deb: checksum mismatch" in run.err and "next source" in run.err, str(run))
    want(asked(state) == ["/wrong/hello-1.deb", "/ok/hello-1.deb"], str(asked(state)))
    want(f"{url}/wrong/hello-1.deb" in box.must("log").out + "".join(
        open(box.path("/var/log/fardel/" + name)).read() for name in os.listdir(box.path("/var/log/fardel"))), "not in the log")
    box.unharmed(installed=["hello 1"])


@case("S13-size", "a first mirror that sends without end, or states more than may be or than there is room for")
def long_mirrors(box):
    url, state = box.serve_evil()
    for habit, size in (("endless", 50 << 20), (f"length/{1 << 37}", 1 << 36), (f"length/{1 << 39}", 1 << 40), ("length/x1", 1 << 36)):
        with open(f"{state}/requests", "w"):
            pass
        run = install(box, f"{url}/ok/hello-1.deb", *ONCE, "--set", f"fetch.max_size={size}", "--set",
                      f'fetch.mirrors=["{url}/{habit}"]')
        want(run.status == 0, f"{habit}: {run}")
        want("trying the next source" in run.err, f"{habit}: {run}")
        want(asked(state) == [f"/{habit}/hello-1.deb", "/ok/hello-1.deb"], str(asked(state)))
        want(len(box.cached()) == 1 and not partial(box), str(kept(box)))
        box.unharmed(installed=["hello 1"])
        box.must("remove", "hello")
        box.wipe()


@case("S13-full", "a first mirror that fills the disk, not having said how much it sends", modes=("mount",))
def filling_mirror(box):
    url, _ = box.serve_evil()
    cache = box.path("/var/cache/fardel")
    os.makedirs(cache)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755,size=40m", "small", cache], check=True)
    try:
        run = install(box, f"{url}/ok/hello-1.deb", *ONCE, "--set", f'fetch.mirrors=["{url}/endless"]')
        want(run.status == 0, str(run))
        want("No space left" in run.err and "trying the next source" in run.err, str(run))
        run = box.fardel(*ONCE, "install", box.installer("other", "1", box.pack("other", "1"), f"{url}/endless/other-1.deb"))
        box.refused(run, 1, "No space left", "make room", seconds=20)
    finally:
        subprocess.run(["umount", cache], check=True)


@case("S13-worker", "a first mirror whose worker ends by a signal")
def crashing_mirror(box):
    url, _ = box.serve_evil()
    pack = box.pack("hello", "1")
    file = box.installer("hello", pack=pack, url=f"{url}/ok/hello-1.deb")
    job = box.start(*ONCE, "--set", f'fetch.mirrors=["{url}/stall"]', "install", file)

    def workers():
        """Not those of cases beside this one, where there are no PID namespaces."""
        return [pid for pid, line in processes().items() if "fardel-fetch" in line and is_below(pid, job.pid)]

    box.wait("the worker", workers)
    os.kill(workers()[0], signal.SIGSEGV)
    want(job.wait(20) == 0, job.said())
    want("was killed by signal 11" in job.said() and "trying the next source" in job.said(), job.said())
    box.unharmed(installed=["hello 1"])


# --- TLS -------------------------------------------------------------------------------------------------------


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")


class Authority:
    """Somebody who signs certificates."""

    def __init__(self, box):
        self.folder = os.path.join(box.work, f"ca{len(os.listdir(box.work))}")
        if not shutil.which("openssl"):
            box.skip("no openssl program")
        os.mkdir(self.folder)
        self.file = f"{self.folder}/ca.pem"
        self.run("req", "-x509", *NEW_KEY, "-nodes", "-days", "2", "-subj", "/CN=authority", "-keyout",
                 f"{self.folder}/ca.key", "-out", self.file)

    def run(self, *words):
        subprocess.run(["openssl", *words], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def make(self, host, days=2):
        """A key and certificate for that host in one file."""
        here = f"{self.folder}/{host}{days}"
        with open(here + ".ext", "w") as file:
            file.write(f"subjectAltName=DNS:{host}\n")
        self.run("req", *NEW_KEY, "-nodes", "-subj", f"/CN={host}", "-keyout", here + ".key", "-out", here + ".csr")
        self.run("x509", "-req", "-in", here + ".csr", "-days", str(days), "-CA", self.file, "-CAkey",
                 f"{self.folder}/ca.key", "-CAcreateserial", "-extfile", here + ".ext", "-out", here + ".crt")
        with open(here + ".pem", "w") as out:
            for name in (here + ".key", here + ".crt"):
                with open(name) as file:
                    out.write(file.read())
        return here + ".pem"


def secure(box, pem, *options):
    """evil-httpd by TLS."""
    url, state = box.serve_evil("--tls", pem, *options)
    return url.replace("http://127.0.0.1", "https://localhost"), state


@case("S-tls", "certificates that have expired, are another host's, nobody's, or their own")
def certificates(box):
    ca, other = Authority(box), Authority(box)
    trust = ("--set", f"fetch.ca_file={ca.file}")
    alone = os.path.join(box.work, "alone.pem")
    ca.run("req", "-x509", *NEW_KEY, "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
           "subjectAltName=DNS:localhost", "-keyout", alone + ".key", "-out", alone + ".crt")
    with open(alone, "w") as out:
        for name in (alone + ".key", alone + ".crt"):
            with open(name) as file:
                out.write(file.read())
    for pem, text in ((ca.make("localhost", -1), "its certificate has expired"),
                      (ca.make("other.example"), "its certificate is for another host"),
                      (other.make("localhost"), "its certificate is signed by somebody who is not trusted"),
                      (alone, "its certificate is signed by nobody but itself")):
        url, state = secure(box, pem)
        run = install(box, f"{url}/ok/hello-1.deb", *QUICK, *trust)
        refuse(box, run, 2, f"TLS with {url.partition('//')[2]} failed: {text}", "fetch.ca_file")
        want(not os.path.exists(f"{state}/requests"), "it was asked")
        want("try 2" not in run.err, f"tried again: {run}")
    url, _ = secure(box, ca.make("localhost"))
    run = install(box, f"{url}/ok/hello-1.deb", *ONCE, *trust)
    want(run.status == 0, str(run))


@case("S-tls-none", "a machine without certificates: said what to do", modes=("mount",))
def no_certificates(box):
    if not os.path.exists("/etc/ssl/certs/ca-certificates.crt"):
        box.skip("ca-certificates are not installed here")
    url, _ = secure(box, Authority(box).make("localhost"))
    subprocess.run(["mount", "-t", "tmpfs", "none", "/etc/ssl/certs"], check=True)
    try:
        run = install(box, f"{url}/ok/hello-1.deb", *QUICK)
    finally:
        subprocess.run(["umount", "/etc/ssl/certs"], check=True)
    box.refused(run, 2, "cannot be read", "apt install ca-certificates", "fetch.ca_file")
    want("try 2" not in run.err, f"tried again: {run}")


@case("S-tls-old", "a server with nothing newer than TLS 1.1, and one without TLS")
def old_tls(box):
    ca = Authority(box)
    trust = ("--set", f"fetch.ca_file={ca.file}")
    url, _ = secure(box, ca.make("localhost"), "--old")
    refuse(box, install(box, f"{url}/ok/hello-1.deb", *ONCE, *trust), 2, "nothing newer than TLS 1.1")
    plain, _ = box.serve_evil()
    run = install(box, plain.replace("http:", "https:") + "/ok/hello-1.deb", *ONCE, *trust)
    refuse(box, run, 2, "it does not speak TLS")


@case("S-hsts", "a server that wants to be asked by https alone from now on: its certificates count in https, and nothing is kept of what it said")
def hsts(box):
    ca = Authority(box)
    url, _ = secure(box, ca.make("localhost"))
    plain, state = box.serve_evil()
    plain = plain.replace("127.0.0.1", "localhost")
    trust = ("--set", f"fetch.ca_file={ca.file}")
    run = install(box, f"{url}/hsts/hello-1.deb", *ONCE, *trust)
    want(run.status == 0, str(run))
    box.must("remove", "hello")
    box.must("cache", "gc")
    # What is on the way by http has its checksum; what says https stays there (S2).
    run = install(box, f"{plain}/hsts/hello-1.deb", *ONCE, *trust)
    want(run.status == 0 and asked(state) == ["/hsts/hello-1.deb"], str(run))
    box.must("remove", "hello")
    want(not [name for name in kept(box) if "hsts" in name.lower()], str(kept(box)))
    box.unharmed()


@case("S-tls-environment", "certificates of the caller's environment do not count")
def environment(box):
    ca = Authority(box)
    url, _ = secure(box, ca.make("localhost"))
    names = ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "SSL_CERT_DIR")
    run = install(box, f"{url}/ok/hello-1.deb", env={**os.environ, **{name: ca.file for name in names}})
    refuse(box, run, 2, "not trusted")
