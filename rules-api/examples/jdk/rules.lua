local programs = {"java", "javac", "jar"}

-- All is in one folder, the name of which changes with each version.
function unpack(pack, dir)
  archive.extract{pack = pack, dir = dir, strip = 1, exclude = {"demo", "**/src.zip"}}
end

-- Whoever has chosen another java keeps it; of those that choose by themselves, this one comes behind Debian's.
function configure(upstream)
  for _, name in ipairs(programs) do
    alternatives.install{name = name, link = "/usr/bin/" .. name, path = path.join(upstream, "bin", name), priority = 1000}
  end
end
