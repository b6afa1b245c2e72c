package views_test

import (
	"slices"
	"strings"
	"testing"

	"sandprint/app/report"
	"sandprint/views"
)

// TestRegions names regions as people know them, and finds them by these names.
func TestRegions(t *testing.T) {
	for _, c := range []struct{ code, english, german string }{
		{"DE-BY", "Bavaria, Germany", "Bayern, Deutschland"},
		{"AT-9", "Vienna, Austria", "Wien, Österreich"},
		{"CH-ZH", "Zürich, Switzerland", "Zürich, Schweiz"},
		{"US-CA", "California, United States", "California, Vereinigte Staaten"},
		{"GB-SCT", "Scotland, United Kingdom", "Schottland, Vereinigtes Königreich"},
		{"AD-02", "Canillo, Andorra", "Canillo, Andorra"}, // the first of all
		{"ZW-MW", "Mashonaland West, Zimbabwe", "Mashonaland West, Simbabwe"},
		{"DE-QQ", "DE-QQ, Germany", "DE-QQ, Deutschland"},
		{"QQ-QQ", "QQ-QQ", "QQ-QQ"},
		{"(not set)", "(not set)", "(nicht bekannt)"},
	} {
		filter := report.Filter{By: "region", Op: report.Is, Values: []string{c.code}}
		if got := views.English.FilterText(filter); got != "Region is "+c.english {
			t.Errorf("%s is %q in English", c.code, got)
		}
		if got := views.German.FilterText(filter); !strings.HasSuffix(got, " "+c.german) && c.code != "(not set)" {
			t.Errorf("%s is %q in German", c.code, got)
		}
	}
	for _, c := range []struct{ typed, want string }{{"bavaria", "DE-BY"}, {"Bayern", "DE-BY"}, {"de-by", "DE-BY"}, {"nowhere", "nowhere"}, {"us-zz", "us-zz"}} {
		if got := views.German.CodeOf("region", c.typed); got != c.want {
			t.Errorf("%s is read as %s", c.typed, got)
		}
	}
	if got := views.English.CodesLike("region", "baden"); !slices.Equal(got, []string{"DE-BW"}) {
		t.Errorf("baden is in the names of %v", got)
	}
	if got := views.English.CodesLike("region", "a"); got != nil {
		t.Errorf("a is in the names of %d", len(got))
	}
}
