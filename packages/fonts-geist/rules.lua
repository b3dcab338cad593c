-- Geist, from its makers' zip, which also has the font in formats for the web.

function unpack(pack, dir)
  archive.extract{pack = pack, dir = dir, strip = 2, include = {"Geist-*.otf", "Geist-Regular.otf"}}
end

function configure(upstream)
  fs.link(upstream, "/usr/share/fonts/opentype/geist")
end
