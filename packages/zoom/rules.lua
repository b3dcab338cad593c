-- Zoom, from Zoom's .deb. It looks for itself in /opt/zoom.

function unpack(pack, dir)
  archive.extract{pack = pack, dir = dir, include = {"opt/zoom", "opt/zoom/zoom", "opt/zoom/ZoomLauncher", "usr/share/**/*.*"}}
end

function configure(upstream)
  fs.link(upstream .. "/opt/zoom", "/opt/zoom")
  fs.link(upstream .. "/opt/zoom/ZoomLauncher", "/usr/bin/zoom")
  for _, file in ipairs(fs.glob(upstream .. "/usr/share/**/*.*")) do fs.link(file, file:sub(#upstream + 1)) end
end
