-- Signal, from its .deb. The script that would link the program into /usr/bin is not run.

function unpack(pack, dir)
  archive.extract{pack = pack, dir = dir, include = {"opt/Signal", "opt/Signal/signal-desktop", "usr/share/applications", "usr/share/icons"}}
end

function configure(upstream)
  fs.link(upstream .. "/opt/Signal", "/opt/Signal")
  fs.link("/opt/Signal/signal-desktop", "/usr/bin/signal-desktop")
  for _, file in ipairs(fs.glob(upstream .. "/usr/share/**/signal-desktop.*")) do fs.link(file, file:sub(#upstream + 1)) end
end
