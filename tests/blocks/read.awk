# Takes the fenced blocks out of a Markdown page: awk -v out=DIR -f read.awk PAGE
# Writes each to DIR/NNN.text with a line for it in DIR/list: `NNN line language kind`.  The kind is what a comment
# `<!-- run: KIND -->` or `<!-- file: KIND -->` right before the fence says, `-` without one.  What cannot be a block as
# agreed on is said on standard output, one `PAGE:LINE: sentence` each.
function wrong(line, what) { print FILENAME ":" line ": " what }
function bare(text) { sub(/^[ \t]+/, "", text); return text }

BEGIN { kind = "-"; blank = 1; printf "" > (out "/list") }

inside {
	if (bare($0) == "```") {
		close(body)
		inside = 0
		next
	}
	text = $0
	if (indent && substr(text, 1, indent) ~ /^[ \t]*$/)
		text = substr(text, indent + 1)
	print text > body
	if (language == "text" && text ~ /^(\$ |# |build\/bin\/|docker |make |sudo |systemctl |curl |cd |git |kill )/)
		wrong(FNR, "looks like a command, but is fenced as text")
	next
}

/^[ \t]*```/ {
	indent = match($0, /[^ \t]/) - 1
	language = substr(bare($0), 4)
	started = FNR
	if (language == "")
		wrong(FNR, "a fence without a language")
	else if (language !~ /^(sh|text|yaml|haproxy|ini|json)$/)
		wrong(FNR, "no checker knows the language '" language "'")
	body = sprintf("%s/%03d.text", out, ++n)
	printf "" > body
	printf "%03d %d %s %s\n", n, FNR, language == "" ? "none" : language, kind > (out "/list")
	inside = 1
	kind = "-"
	blank = 0
	in_list = in_list && indent
	next
}

/^[ \t]*<!-- (run|file): [a-z]+ -->$/ {
	kind = $3
	kind_line = FNR
	next
}

/^[ \t]*$/ { blank = 1; if (kind != "-") { wrong(kind_line, "a comment before nothing"); kind = "-" } next }

{
	if (kind != "-") {
		wrong(kind_line, "a comment before nothing")
		kind = "-"
	}
	if ($0 ~ /^ *([-*+]|[0-9]+\.) /)
		in_list = 1
	else if ($0 ~ /^[^ \t]/)
		in_list = 0
	if (blank && !in_list && $0 ~ /^(    |\t)/)
		wrong(FNR, "an indented block: fence it")
	blank = 0
}

END { if (inside) wrong(started, "a fence that never ends") }
