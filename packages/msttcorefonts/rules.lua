-- Microsoft's core fonts for the web: eleven self-extracting cabinets for Windows. Some hold programs as well, which are of no use here.

function unpack(pack, dir)
  run{"cabextract", "-q", "-L", "-F", "*.ttf", "-d", dir, pack}
end

function configure(upstream)
  fs.link(upstream, "/usr/share/fonts/truetype/ms-core-fonts")
end
