-- Visual Studio Code, from Microsoft's .deb. It has a script that adds an apt source of Microsoft's, and its key: scripts are not run.

function unpack(pack, dir)
  archive.extract{pack = pack, dir = dir, include = {"usr/share", "usr/share/code/code", "usr/share/code/bin/code"}}
end

function configure(upstream)
  fs.link(upstream .. "/usr/share/code/bin/code", "/usr/bin/code")
  for _, pattern in ipairs{"code", "applications/*", "bash-completion/*/*", "mime/packages/*", "pixmaps/*", "zsh/*/*"} do
    for _, file in ipairs(fs.glob(upstream .. "/usr/share/" .. pattern)) do fs.link(file, file:sub(#upstream + 1)) end
  end
end
