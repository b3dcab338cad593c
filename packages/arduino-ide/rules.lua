-- Arduino IDE 2, from its makers' zip: one folder, which is left out.

function unpack(pack, dir)
  archive.extract{pack = pack, dir = dir, strip = 1, include = {"**", "arduino-ide"}}
  fs.chmod(dir .. "/arduino-ide", "0755") -- a zip need not tell that a file is a program
end

function configure(upstream)
  fs.link(upstream .. "/arduino-ide", "/usr/bin/arduino-ide")
  desktop.icons{dir = upstream .. "/resources/app/resources/icons", name = "arduino-ide"}
  desktop.entry{id = "arduino-ide", name = "Arduino IDE", comment = "Programs for small boards", icon = "arduino-ide",
    exec = {"arduino-ide", "%U"}, categories = {"Development", "IDE", "Electronics"}, startup_class = "Arduino IDE",
    extra = {["Comment[fi]"] = "Ohjelmia mikro-ohjainlevyille"}}
  fs.copy("70-arduino-ide.rules", "/usr/lib/udev/rules.d/70-arduino-ide.rules", "0644")
  run{"udevadm", "control", "--reload"}
  run{"udevadm", "trigger", "--subsystem-match=tty"}
end
