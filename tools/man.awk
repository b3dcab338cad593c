# man.awk -v name=fardel-policy -v section=5 -v about='…' FILE.md: a page of docs/ as scdoc, from which scdoc makes a manual
# page. What our pages use of Markdown is all that it knows: headings, paragraphs, tables, fences, `code`, *emphasis*, **strong**, links.

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

function marks(text,    out, rest, at) {
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
	if (cells[1] ~ /^-*$/)
		return
	if (!titled) { # the names of columns say nothing here
		titled = 1
		return
	}
	text = inline(cells[1])
	for (i = 2; i < n; i++)
		text = text " (" inline(cells[i]) ")"
	print text
	print "\t" inline(cells[n])
	print ""
}

BEGIN {
	printf "%s(%d)\n\n# NAME\n\n%s - %s\n\n# DESCRIPTION\n\n", name, section, name, about
}
/^```/ {
	fenced = !fenced
	print "```"
	next
}
fenced { print; next }
/^# / { next }
/^## / { print "# " toupper(substr($0, 4)); next }
/^\|/ { row($0); next }
{
	titled = 0
	print inline($0)
}
END {
	print "\n# SEE ALSO\n\n*fardel*(1)"
}
