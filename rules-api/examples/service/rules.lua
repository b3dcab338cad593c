local unit_text = [[
[Unit]
Description=Acme's daemon
After=network.target

[Service]
ExecStart=/usr/sbin/acmed --config /etc/acmed.conf
User=acmed
StateDirectory=acmed

[Install]
WantedBy=multi-user.target
]]

-- The folder for its state is made by systemd (StateDirectory), so that it has the right owner, and outlives the package.
function configure(upstream)
  user.add{name = "acmed", home = "/var/lib/acmed", comment = "Acme's daemon"}
  fs.link(path.join(upstream, "sbin/acmed"), "/usr/sbin/acmed")
  fs.copy(path.join(upstream, "etc/acmed.conf"), "/etc/acmed.conf")
  fs.append_line("/etc/acmed.conf", "listen = 127.0.0.1:7433")
  unit.install{name = "acmed.service", text = unit_text, enable = true, start = true}
end

-- Files are taken back by fardel, what is asked of the running system is not.
function unconfigure()
  unit.stop("acmed.service")
end
