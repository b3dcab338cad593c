/* Tests of model/luet_template. */
#include "model/luet_template.h"

#include "unit.h"

static const char values[] =
	"name: tool\ncategory: app-x\nversion: \"1.0\"\nyes: true\nno: false\nnull: ~\nzero: 0\n"
	"text0: \"0\"\nempty: \"\"\nlist: [a, b, c]\nnone: []\n"
	"labels: {one: 1, two: {deep: down}}\nrequires:\n- {name: x, version: \">=1\"}\n- {name: y}\n"
	"quoted: 'say \"hi\" \\ there'\nlines: \"a\\nb\"\n";

static void check(struct span text, const struct yaml *v, const char *want)
{
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;

	if (luet_template_render(text, v, &out, &err) < 0)
		fail_msg("%.*s: %s", SPAN_ARG(text), err.text);
	assert_buf(&out, want);
}

static void load(struct yaml *v)
{
	struct err err = ERR_INIT;

	assert_int_equal(yaml_parse(span_of(values), v, &err), 0);
}

static void what_is_known_is_rendered(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"", ""},
		{"plain } text { of }} scripts", "plain } text { of }} scripts"},
		{"a {{ .Values.name }} b", "a tool b"},
		{"{{.Values.category}}/{{.Values.name}}-{{.Values.version}}", "app-x/tool-1.0"},
		{"{{ .Values.labels.two.deep }}", "down"},
		{"{{ .Values.missing }}.{{ .Values.missing.deeper }}.{{ .Values.name.deeper }}.",
			"..."},
		{"{{ .Values.null }}", ""},
		{"{{ .Values.quoted | quote }}", "\"say \\\"hi\\\" \\\\ there\""},
		{"{{ quote .Values.lines }}{{ squote .Values.name }}", "\"a\\nb\"'tool'"},
		{"{{ .Values.missing | default \"x\" }}{{ default \"y\" .Values.name }}", "xtool"},
		{"{{ default `a \\ |}} b` .Values.empty }}", "a \\ |}} b"},
		{"{{ .Values.name | upper | quote }}{{ \" x \" | trim }}{{ \"AbC\" | lower }}",
			"\"TOOL\"xabc"},
		{"{{ \"a|b}}\\\"\\n\" }}", "a|b}}\"\n"},
		{"{{ 5 }}{{ true }}{{ -1.5 }}", "5true-1.5"},
		{"a  {{- /* said {{ nowhere }} */ -}}  b", "ab"},
		{"a {{- .Values.name -}} b {{- \"\" }} c", "atoolb c"},
		{"{{ .Values.name -}}\n  x{{ \"\" -}} \n y", "toolxy"},
		{"{{ if .Values.yes }}y{{ else }}n{{ end }}", "y"},
		{"{{ if .Values.no }}y{{ else }}n{{ end }}", "n"},
		{"{{ if .Values.zero }}y{{ end }}{{ if .Values.text0 }}t{{ end }}{{ if 0 }}z{{ end }}",
			"t"},
		{"{{ if .Values.null }}1{{ else if .Values.empty }}2{{ else if .Values.list }}3{{ else }}4{{ end }}",
			"3"},
		{"{{ if .Values.none }}1{{ end }}{{ if .Values.labels }}2{{ end }}", "2"},
		{"{{ if not .Values.no }}a{{ end }}{{ if eq .Values.name \"tool\" }}b{{ end }}",
			"ab"},
		{"{{ if ne .Values.name `x` }}c{{ end }}{{ if and .Values.yes .Values.no }}d{{ end }}",
			"c"},
		{"{{ or .Values.empty .Values.name \"z\" }}{{ and .Values.name .Values.version }}",
			"tool1.0"},
		{"{{ if .Values.no }}{{ if .Values.yes }}a{{ else }}b{{ end }}{{ toYaml . }}{{ end }}c",
			"c"},
		{"{{ range .Values.list }}[{{ . }}]{{ end }}", "[a][b][c]"},
		{"{{ range .Values.none }}x{{ else }}none{{ end }}{{ range .Values.missing }}y{{ end }}",
			"none"},
		{"{{ range .Values.requires }}{{ .name }}{{ .version | default \"*\" }} {{ end }}",
			"x>=1 y* "},
		{"{{ range .Values.list }}{{ $.Values.name }}-{{ . }} {{ end }}",
			"tool-a tool-b tool-c "},
		{"{{ range .Values.labels }}{{ if .deep }}{{ .deep }}{{ else }}{{ . }}{{ end }} {{ end }}",
			"1 down "},
		{"{{ range .Values.list -}}\n x{{ . }}\n{{- end }}", "xaxbxc"},
	};
	AUTO(yaml) v = YAML_INIT;

	(void)state;
	load(&v);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(span_of(rows[i].text), &v, rows[i].want);
}

static void what_is_not_known_is_refused_by_name(void **state)
{
	static const struct {
		const char *text, *part;
	} rows[] = {
		{"a\nb {{ toYaml .Values.labels }}", "line 2: not known: toYaml"},
		{"{{ .Release.Name }}", "only .Values is known: .Release.Name"},
		{"{{ . }}", "not known: ."},
		{"{{ $x := 1 }}", "not known: $x"},
		{"{{ include \"x\" . }}", "not known: include"},
		{"{{ with .Values.name }}{{ end }}", "not known: with"},
		{"{{ define \"x\" }}{{ end }}", "not known: define"},
		{"{{ (eq 1 1) }}", "not known: (eq"},
		{"{{ .Values.name | nope }}", "not known: nope"},
		{"{{ .Values.name .Values.name }}", "not known: .Values.name .Values.name"},
		{"{{ .Values.name | .Values.name }}", "not known"},
		{"{{ .Values.list }}", "a list or map is to be printed"},
		{"{{ upper .Values.list }}", "a list or map where a text is wanted"},
		{"{{ quote }}", "a wrong number of arguments"},
		{"{{ eq 1 }}", "a wrong number of arguments"},
		{"{{ range .Values.name }}{{ end }}", "range over what is no list"},
		{"{{ .Values.name", "{{ without }}"},
		{"{{ \"a }}", "{{ without }}"},
		{"{{ /* a }}", "{{ without }}"},
		{"{{", "{{ without }}"},
		{"{{-", "{{ without }}"},
		{"{{}}", "nothing stands there"},
		{"{{ }}", "nothing stands there"},
		{"{{ .Values.name | }}", "nothing stands there"},
		{"{{ \"a\\q\" }}", "not known in a text: \\\\q"},
		{"{{ if .Values.yes }}", "a block without end"},
		{"{{ range .Values.list }}", "a block without end"},
		{"{{ end }}", "end or else without a block"},
		{"x{{ else }}", "end or else without a block"},
		{"{{ if 1 }}{{ else }}{{ else }}{{ end }}", "something else behind else"},
		{"{{ range .Values.list }}{{ else if 1 }}{{ end }}", "else if in a range"},
		{"{{ range .Values.list }}{{ else }}{{ else }}{{ end }}", "two else in a range"},
	};
	AUTO(yaml) v = YAML_INIT;

	(void)state;
	load(&v);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO(buf) out = BUF_INIT;
		struct err err = ERR_INIT;

		if (luet_template_render(span_of(rows[i].text), &v, &out, &err) == 0)
			fail_msg("%s is rendered as %s", rows[i].text, out.s);
		assert_err(&err, ERR_INSTALLER, rows[i].part);
	}
}

/* Each quoting of a text of quotes makes two of each: what comes in between is bounded, too. */
static void what_grows_is_given_up(void **state)
{
	AUTO(buf) text = buf_of("{{ `");
	AUTO(buf) out = BUF_INIT;
	AUTO(yaml) v = YAML_INIT;
	struct err err = ERR_INIT;

	(void)state;
	load(&v);
	for (int i = 0; i < 100000; i++)
		buf_adds(&text, "\"\"\"\"");
	buf_adds(&text, "` ");
	for (int i = 0; i < 14; i++)
		buf_adds(&text, "| quote ");
	buf_adds(&text, "| lower | eq 1 }}");
	assert_int_equal(luet_template_render(buf_span(&text), &v, &out, &err), -1);
	assert_err(&err, ERR_INSTALLER, "more comes out of it than is sensible");
}

static void what_does_not_end_is_given_up(void **state)
{
	AUTO(buf) deep = BUF_INIT;
	AUTO(buf) wide = BUF_INIT;
	AUTO(buf) out = BUF_INIT;
	AUTO(yaml) v = YAML_INIT;
	struct err err = ERR_INIT;

	(void)state;
	load(&v);
	for (int i = 0; i < 100; i++)
		buf_adds(&deep, "{{ if 1 }}");
	assert_int_equal(luet_template_render(buf_span(&deep), &v, &out, &err), -1);
	assert_err(&err, ERR_INSTALLER, "too many blocks in each other");
	for (int i = 0; i < 20; i++)
		buf_adds(&wide, "{{ range $.Values.list }}");
	buf_adds(&wide, "x");
	for (int i = 0; i < 20; i++)
		buf_adds(&wide, "{{ end }}");
	err_clear(&err);
	assert_int_equal(luet_template_render(buf_span(&wide), &v, &out, &err), -1);
	assert_err(&err, ERR_INSTALLER, "does not come to an end soon");
	buf_clear(&wide);
	for (int i = 0; i < 8; i++)
		buf_adds(&wide, "{{ range $.Values.list }}");
	for (int i = 0; i < 1000; i++)
		buf_adds(&wide, "0123456789");
	for (int i = 0; i < 8; i++)
		buf_adds(&wide, "{{ end }}");
	err_clear(&err);
	assert_int_equal(luet_template_render(buf_span(&wide), &v, &out, &err), -1);
	assert_err(&err, ERR_INSTALLER, "more comes out of the template than is sensible");
	assert_true(out.n <= 2 * LUET_TEMPLATE_OUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known_is_rendered),
		cmocka_unit_test(what_is_not_known_is_refused_by_name),
		cmocka_unit_test(what_grows_is_given_up),
		cmocka_unit_test(what_does_not_end_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
