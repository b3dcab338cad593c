-- Google Earth Pro, from Google's .deb. That brings a job for /etc/cron.daily along, which adds an apt source of Google's, and keeps
-- adding it, and has a script that runs it: scripts are not run, and neither etc/ nor the job is unpacked.
local home = "/opt/google/earth/pro"

function unpack(pack, dir)
  local include = {"opt/google/earth/pro", "opt/google/earth/pro/googleearth", "opt/google/earth/pro/googleearth-bin"}
  archive.extract{pack = pack, dir = dir, include = include, exclude = "opt/google/earth/pro/cron"}
end

function configure(upstream)
  fs.link(upstream .. home, home)
  fs.link(upstream .. home .. "/googleearth", "/usr/bin/google-earth-pro")
  fs.link(upstream .. home .. "/google-earth-pro.desktop", "/usr/share/applications/google-earth-pro.desktop")
  desktop.icons{dir = upstream .. home, from = "product_logo_*.png", name = "google-earth-pro"}
end
