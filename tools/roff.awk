# roff.awk: what scdoc prints, without the paragraphs that are none: mandoc warns of each. Around a text that is not filled
# they are a blank line.
function paragraph(as) {
	if (pending)
		print as
	pending = 0
}
/^\.P$/ { pending = !fresh; next }
/^\.S[HS]/ { pending = 0; print; fresh = 1; next }
/^\.RE$/ { print; next } # what is pending comes after it
/^\.(nf|RS)/ { paragraph(".sp"); print; next }
{ paragraph(".P"); print; fresh = /^\.TH/ }
