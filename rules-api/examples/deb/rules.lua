-- The program looks for itself in /opt/acme-draw. What configure makes is taken back by fardel.
function configure(upstream)
  fs.link(path.join(upstream, "opt/acme-draw"), "/opt/acme-draw")
  fs.link("/opt/acme-draw/draw", "/usr/bin/acme-draw")
  fs.link(path.join(upstream, "usr/share/applications/acme-draw.desktop"), "/usr/share/applications/acme-draw.desktop")
  desktop.icons{dir = path.join(upstream, "usr/share/icons/hicolor"), name = "acme-draw"}
end
