function unpack(pack, dir)
  archive.extract{pack = pack, dir = dir}
  -- The vendor may lay it out anew one day: then nothing has been switched yet.
  if not fs.exists(path.join(dir, "AppRun")) then
    error("the AppImage has no AppRun: these rules do not fit it")
  end
end

-- Its own menu entry names the AppImage, and its types of files are nowhere: both are written here.
function configure(upstream)
  fs.link(path.join(upstream, "AppRun"), "/usr/bin/acme-plan")
  desktop.entry{
    id = "example.vendor.acme-plan", name = "Acme Plan", exec = {"acme-plan", "%F"}, icon = "acme-plan",
    categories = {"Office", "ProjectManagement"}, mime = "application/x-acme-plan",
    actions = {{id = "new", name = "New plan", exec = {"acme-plan", "--new"}}},
  }
  desktop.icons{dir = path.join(upstream, "usr/share/icons"), name = "acme-plan"}
  desktop.mime{name = "acme-plan", types = {["application/x-acme-plan"] = {comment = "Plan of Acme's", globs = "*.acmeplan"}}}
end
