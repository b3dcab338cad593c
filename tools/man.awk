# man.awk -v version=… -v manual=… FILE.md: prose as scdoc, from which scdoc makes a manual page. What our pages use of
# Markdown is all that it knows: headings, paragraphs, lists, tables, fences, `code`, *emphasis*, **strong**, links. Besides:
#   # NAME(N): what it is             as the first line, begins a page
#   <!-- print: PIECE -->             what the program `manual` prints of its tables
#   <!-- from: FILE -->               another file's text, but for its title; with names
#   <!-- from: FILE: A, B -->         behind, only those sections; that of one section stands without its heading
# What a link leads to is left out; "([FILE.md](FILE.md))" altogether.

function escape(text) {
	gsub(/\\/, "\\\\\\\\", text)
	gsub(/[_*]/, "\\\\&", text)
	return text
}

# Code between backticks, then what is left of the marks.
function inline(text,    out, at, code) {
	out = ""
	while ((at = index(text, "`"))) {
		out = out marks(substr(text, 1, at - 1))
		text = substr(text, at + 1)
		at = index(text, "`")
		code = substr(text, 1, at - 1)
		text = substr(text, at + 1)
		out = out "*" escape(code) "*"
	}
	return out marks(text)
}

function marks(text,    rest, at) {
	gsub(/ \(\[[A-Z]+\.md\]\([^)]*\)\)/, "", text)
	while (match(text, /\[[^]]*\]\([^)]*\)/)) {
		rest = substr(text, RSTART + 1)
		at = index(rest, "]")
		text = substr(text, 1, RSTART - 1) substr(rest, 1, at - 1) substr(text, RSTART + RLENGTH)
	}
	gsub(/\*\*/, "\001", text)
	gsub(/\*/, "\002", text)
	text = escape(text)
	gsub(/\001/, "*", text)
	gsub(/\002/, "_", text)
	return text
}

function row(line,    cells, n, i, text) {
	sub(/^\| */, "", line)
	sub(/ *\|$/, "", line)
	n = split(line, cells, / *\| */)
	if (cells[1] ~ /^--*$/)
		return
	if (!titled) { # the first and the last column need no name
		for (i = 1; i <= n; i++)
			titles[i] = cells[i]
		titled = 1
		return
	}
	text = inline(cells[1])
	for (i = 2; i < n; i++)
		text = text " (" titles[i] ": " inline(cells[i]) ")"
	print text
	print "\t" inline(cells[n])
	print ""
}

# Of a title, the page's head.
function title(line,    name, about) {
	if (line !~ /^[a-z.-]+\([0-9]\): /)
		return
	name = line
	sub(/: .*/, "", name)
	about = substr(line, length(name) + 3)
	printf "%s \"fardel %s\" \"fardel's manual\"\n\n# NAME\n\n", name, version
	sub(/\([0-9]\)$/, "", name)
	printf "%s - %s\n", name, about
}

function directive(line,    kind, rest) {
	gsub(/^<!-- | -->$/, "", line)
	kind = line
	sub(/:.*/, "", kind)
	rest = substr(line, length(kind) + 3)
	if (kind == "print") {
		if (system(manual " print " rest))
			exit 1
	} else if (kind == "from") {
		take(rest)
	}
}

function take(what,    file, names, line, on, among, parts) {
	file = what
	names = ""
	if (index(what, ": ")) {
		file = substr(what, 1, index(what, ": ") - 1)
		names = ", " substr(what, index(what, ": ") + 2) ", "
	}
	among = split(names, parts, /, /) != 3
	on = names == ""
	while ((getline line < file) > 0) {
		if (line ~ /^## /) {
			on = names == "" || index(names, ", " substr(line, 4) ", ")
			if (on && names != "" && !among)
				continue
		}
		if (on)
			put(line)
	}
	close(file)
}

function put(line) {
	if (line ~ /^```/) {
		fenced = !fenced
		print "```"
	} else if (fenced) {
		gsub(/\\/, "\\\\\\\\", line)
		print line
	} else if (line ~ /^# /) {
		title(substr(line, 3))
	} else if (line ~ /^### /) {
		print "## " substr(line, 5)
	} else if (line ~ /^## /) {
		print "# " toupper(substr(line, 4))
	} else if (line ~ /^<!-- /) {
		directive(line)
	} else if (line ~ /^\|/) {
		row(line)
	} else {
		titled = 0
		print inline(line)
	}
	fflush()
}

{ put($0) }
