-- MuseScore Studio, from its AppImage, which is taken apart: so it needs no FUSE, and its pictures and types of files are at hand.
-- Nothing of it is run for that.

function unpack(pack, dir)
  archive.extract{pack = pack, dir = dir}
  assert(fs.exists(dir .. "/bin/mscore4portable"), "the pack has no program bin/mscore4portable")
end

function configure(upstream)
  fs.link(upstream .. "/AppRun", "/usr/bin/mscore4portable")
  for _, pattern in ipairs{"applications/*.desktop", "icons/hicolor/*/apps/mscore4portable.*", "mime/packages/*.xml"} do
    for _, file in ipairs(fs.glob(upstream .. "/share/" .. pattern)) do fs.link(file, "/usr" .. file:sub(#upstream + 1)) end
  end
end
