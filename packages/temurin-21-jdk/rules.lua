-- Temurin 21, from the tar for this machine: one folder, which is left out. Where there is another Java, that one comes first, until an
-- admin chooses (update-alternatives --config java). Others may join the groups meanwhile: so unconfigure leaves them, as a .deb does.
local home = "/usr/lib/jvm/temurin-21-jdk"

function unpack(pack, dir)
  archive.extract{pack = pack, dir = dir, strip = 1, include = {"**", "bin/java", "bin/javac"}}
end

function configure(upstream)
  fs.link(upstream, home)
  for _, file in ipairs(fs.glob(upstream .. "/bin/*")) do
    local name = path.base(file)
    alternatives.install{link = "/usr/bin/" .. name, name = name, path = home .. "/bin/" .. name, priority = 1021}
  end
end

function unconfigure(upstream)
  for _, file in ipairs(fs.glob(upstream .. "/bin/*")) do
    alternatives.remove{name = path.base(file), path = home .. "/bin/" .. path.base(file)}
  end
  fs.remove(home)
end
