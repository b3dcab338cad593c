-- Telegram Desktop, from the tar that its makers publish.

-- Programs that are named in this file do not look for upgrades of their own. Other lines of it are somebody's.
local updated = "/etc/tdesktop/externalupdater"

function unpack(pack, dir)
  archive.extract{pack = pack, dir = dir, include = {"Telegram", "Telegram/Telegram"}}
end

function configure(upstream)
  fs.link(upstream .. "/Telegram/Telegram", "/usr/bin/telegram-desktop")
  fs.append_line(updated, upstream .. "/Telegram/Telegram")
  desktop.entry{id = "telegram-desktop", name = "Telegram", comment = "Send and receive messages", exec = {"telegram-desktop", "--", "%u"},
    icon = "telegram", categories = {"Network", "InstantMessaging"}, mime = "x-scheme-handler/tg", startup_class = "TelegramDesktop",
    extra = {["Comment[fi]"] = "Lähetä ja vastaanota viestejä"}}
end

function unconfigure(upstream)
  fs.remove("/usr/bin/telegram-desktop")
  fs.remove("/usr/share/applications/telegram-desktop.desktop")
  if fs.exists(updated) then fs.replace(updated, upstream .. "/Telegram/Telegram\n", "") end
  if fs.exists(updated) and fs.read(updated) == "" then fs.remove(updated) end
  pcall(fs.remove, "/etc/tdesktop") -- stays where something is in it
end
