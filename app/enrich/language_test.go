package enrich

import (
	"regexp"
	"testing"
)

func TestLanguage(t *testing.T) {
	for _, test := range []struct{ tag, want, why string }{
		{"de", "de", "a language"},
		{"pt-BR", "pt-BR", "with a region"},
		{"pt-br", "pt-BR", "canonical case"},
		{"EN-us", "en-US", "canonical case"},
		{"en_GB", "en-GB", "the POSIX way"},
		{"zh-Hant-TW", "zh-TW", "the script is not kept"},
		{"zh-Hans", "zh", "nor without a region"},
		{"es-419", "es-419", "a UN M.49 region"},
		{"gsw-CH", "gsw-CH", "three letters"},
		{"de-CH-1996", "de-CH", "a variant"},
		{"en-u-hc-h12", "en", "an extension; hc is no region"},
		{"en-US-u-hc-h12", "en-US", "an extension"},
		{"", "", "nothing"},
		{"x-private", "", "private use"},
		{"*", "", "not a tag"},
		{"en-", "", "an empty part"},
		{"de, en;q=0.5", "", "a list"},
		{"english", "", "a name"},
		{"d3", "", "a digit"},
		{"en-<script>", "", "foreign characters"},
	} {
		if got := Language(test.tag); got != test.want {
			t.Errorf("%s: Language(%q) = %q, want %q", test.why, test.tag, got, test.want)
		}
	}
}

func TestScreen(t *testing.T) {
	for _, test := range []struct {
		width int
		want  string
	}{
		{-1, ""}, {0, ""}, {1, "1-360"}, {360, "1-360"}, {361, "361-390"}, {390, "361-390"}, {430, "391-430"}, {431, "431-768"},
		{768, "431-768"}, {1024, "769-1024"}, {1025, "1025-1280"}, {1440, "1281-1440"}, {1920, "1441-1920"}, {1921, "1921+"},
		{1 << 30, "1921+"},
	} {
		if got := Screen(test.width); got != test.want {
			t.Errorf("Screen(%d) = %q, want %q", test.width, got, test.want)
		}
	}
}

func FuzzLanguage(f *testing.F) {
	f.Add("zh-Hant-TW")
	f.Add("en-US-u-hc-h12")
	shape := regexp.MustCompile(`^([a-z]{2,3}(-([A-Z]{2}|[0-9]{3}))?)?$`)
	f.Fuzz(func(t *testing.T, tag string) {
		got := Language(tag)
		if !shape.MatchString(got) || Language(got) != got {
			t.Errorf("Language(%q) = %q, and of that %q", tag, got, Language(got))
		}
	})
}
