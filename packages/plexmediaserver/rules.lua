-- Plex Media Server, from the .deb for this machine. The apt source in it, and the scripts that make its user, are not; the unit is ours.
local home = "/usr/lib/plexmediaserver"

function unpack(pack, dir)
  archive.extract{pack = pack, dir = dir, include = {"usr/lib/plexmediaserver", "usr/lib/plexmediaserver/Plex Media Server"}}
end

function configure(upstream)
  fs.link(upstream .. home, home)
  user.add{name = "plex", home = "/var/lib/plexmediaserver", comment = "Plex Media Server"}
  unit.install{name = "plexmediaserver.service", file = "plexmediaserver.service", enable = true}
  unit.restart("plexmediaserver.service")
end
