-- Called for each pack, in the order of the manifest; all go into one folder.
function unpack(pack, dir)
  if text.ends(pack, ".ttf") then
    fs.copy(pack, path.join(dir, path.base(pack)), "0644")
  else
    archive.extract{pack = pack, dir = dir, include = {"**/*.ttf"}}
  end
end

function configure(upstream)
  for _, font in ipairs(fs.glob(path.join(upstream, "**/*.ttf"))) do
    fs.link(font, path.join("/usr/share/fonts/truetype/acme", path.base(font)))
  end
end
