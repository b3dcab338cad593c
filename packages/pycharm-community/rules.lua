-- PyCharm Community, from JetBrains' tar: one folder, which is left out.

function unpack(pack, dir)
  archive.extract{pack = pack, dir = dir, strip = 1, include = {"**", "bin/pycharm.sh"}}
end

function configure(upstream)
  fs.link(upstream .. "/bin/pycharm.sh", "/usr/bin/pycharm-community")
  desktop.icons{dir = upstream .. "/bin", from = "pycharm.*", name = "pycharm-community"}
  desktop.entry{id = "pycharm-community", name = "PyCharm Community", comment = "An environment for Python", icon = "pycharm-community",
    exec = {"pycharm-community", "%f"}, categories = {"Development", "IDE"}, startup_class = "jetbrains-pycharm-ce",
    extra = {["Comment[fi]"] = "Python-kehitysympäristö"}}
end
