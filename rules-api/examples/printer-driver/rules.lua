-- Copies, not links: what CUPS runs is often confined to its own folders.
function configure(upstream)
  fs.copy(path.join(upstream, "filter/rastertoacme"), "/usr/lib/cups/filter/rastertoacme", "0755")
  for _, ppd in ipairs(fs.glob(path.join(upstream, "ppd/*.ppd"))) do
    fs.copy(ppd, path.join("/usr/share/ppd/acme", path.base(ppd)), "0644")
  end
end
