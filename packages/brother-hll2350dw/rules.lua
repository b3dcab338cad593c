-- Brother's driver for the HL-L2350DW, from Brother's .deb. It has programs for several machines, each in a folder of its own; the filter
-- looks for them beside itself.
local home = "/opt/brother/Printers/HLL2350DW"
local machines = {amd64 = "x86_64", i386 = "i686", armhf = "armv7l"}

function unpack(pack, dir)
  local lpd = dir .. home .. "/lpd/"
  local ppd = "opt/brother/Printers/HLL2350DW/cupswrapper/brother-HLL2350DW-cups-en.ppd"
  archive.extract{pack = pack, dir = dir, include = {"opt/brother", "opt/brother/Printers/HLL2350DW/lpd/lpdfilter", ppd}}
  for _, file in ipairs(fs.glob(lpd .. machines[sys.architecture] .. "/*")) do fs.move(file, lpd .. path.base(file)) end
  for _, machine in pairs(machines) do fs.remove(lpd .. machine, {recursive = true}) end
end

function configure(upstream)
  fs.link(upstream .. home, home)
  fs.link(home .. "/lpd/lpdfilter", "/usr/lib/cups/filter/brother_lpdwrapper_HLL2350DW")
  fs.link(home .. "/cupswrapper/brother-HLL2350DW-cups-en.ppd", "/usr/share/cups/model/brother-HLL2350DW-cups-en.ppd")
end
