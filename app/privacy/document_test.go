package privacy

import (
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sandprint/app/account"
	"sandprint/app/store"
)

// usual is a site as it is when nothing is chosen, on an instance that somebody runs for themselves.
func usual() (store.SiteInfo, Instance) {
	return store.SiteInfo{ID: "x", Domain: "shop.example", Mode: "cookie", Zone: time.UTC}, Instance{Origin: "https://stats.example", RateLimit: 500, Cities: true}
}

// texts returns every document there is about a site, in every language.
func texts(t *testing.T, f Facts) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, d := range append(slices.Clone(Documents), pageText) {
		if d.Shared && !f.Shared {
			continue
		}
		for _, lang := range d.Languages {
			text, err := d.body(f, lang)
			if err != nil {
				t.Fatalf("%s.%s: %v", d.Name, lang, err)
			}
			all[d.Name+"."+lang] = text
		}
	}
	return all
}

// settings change one setting of a site each; the name is that of the field of SiteSettings, or of SiteInfo.
var settings = map[string]func(*store.SiteInfo){
	"Mode":              func(s *store.SiteInfo) { s.Mode = "cookieless" },
	"Preset":            func(s *store.SiteInfo) { s.Settings.Preset = "france" },
	"Early":             func(s *store.SiteInfo) { s.Mode, s.Settings.Early = "consent", true },
	"Zone":              func(s *store.SiteInfo) { s.Zone = time.FixedZone("Europe/Berlin", 3600) },
	"Domain":            func(s *store.SiteInfo) { s.Domain = "other.example" },
	"Hosts":             func(s *store.SiteInfo) { s.Settings.Hosts = []string{"blog.example"} },
	"QueryKeys":         func(s *store.SiteInfo) { s.Settings.QueryKeys = []string{"plan"} },
	"SearchKey":         func(s *store.SiteInfo) { s.Settings.SearchKey = "q" },
	"Groups":            func(s *store.SiteInfo) { s.Settings.Groups = []string{"/order/*"} },
	"Excluded":          func(s *store.SiteInfo) { s.Settings.Excluded = []string{"/admin/**"} },
	"ExcludedCountries": func(s *store.SiteInfo) { s.Settings.ExcludedCountries = []string{"US"} },
	"ExcludedNetworks":  func(s *store.SiteInfo) { s.Settings.ExcludedNetworks = []string{"192.0.2.0/24"} },
	"Floor":             func(s *store.SiteInfo) { s.Settings.Floor = 10 },
	"Localhost":         func(s *store.SiteInfo) { s.Settings.Localhost = true },
	"NoLinks":           func(s *store.SiteInfo) { s.Settings.NoLinks = true },
	"Forms":             func(s *store.SiteInfo) { s.Settings.Forms = true },
	"CountryOnly":       func(s *store.SiteInfo) { s.Settings.CountryOnly = true },
	"HidePage":          func(s *store.SiteInfo) { s.Settings.HidePage = true },
	"Retention.Keys":    func(s *store.SiteInfo) { s.Settings.Retention.Keys = 6 },
	"Retention.Visits":  func(s *store.SiteInfo) { s.Settings.Retention.Visits = 30 },
	"Retention.Totals":  func(s *store.SiteInfo) { s.Settings.Retention.Totals = 90 },
	"Notice.Controller": func(s *store.SiteInfo) { s.Settings.Notice.Controller = "Kiln & Sea, Quay 1" },
	"Notice.Contact":    func(s *store.SiteInfo) { s.Settings.Notice.Contact = "privacy@shop.example" },
	"Notice.Basis":      func(s *store.SiteInfo) { s.Settings.Notice.Basis = "interest" },
}

// unsaid are the settings that no document tells of, and why.
var unsaid = map[string]string{
	"Goals":   "say which of the events that are kept anyway count as a success",
	"Funnels": "are questions that are asked of what is kept",
}

// instances change one fact of the instance each.
var instances = map[string]func(*Instance){
	"Origin":           func(i *Instance) { i.Origin = "https://other.example" },
	"Shared":           func(i *Instance) { i.Shared = true },
	"RateLimit":        func(i *Instance) { i.RateLimit = 0 },
	"LogDays":          func(i *Instance) { i.LogDays = 14 },
	"Cities":           func(i *Instance) { i.Cities = false },
	"CopyDays":         func(i *Instance) { i.CopyDays = 7 },
	"SignIns":          func(i *Instance) { i.SignIns = 3 },
	"Audit":            func(i *Instance) { i.Audit = 6 },
	"Operator.Name":    func(i *Instance) { i.Operator.Name = "Ops Ltd"; i.Shared = true },
	"Operator.Contact": func(i *Instance) { i.Operator.Contact = "ops@ops.example"; i.Shared = true },
	"Operator.Host":    func(i *Instance) { i.Operator.Host = "Example Hosting, Germany" },
}

// visitorsCare are the settings and facts that the page for visitors tells of: all that decides what is kept of them, how, and for how long.
var visitorsCare = []string{"Mode", "Early", "Zone", "QueryKeys", "SearchKey", "Floor", "NoLinks", "Forms", "Retention.Keys", "Retention.Visits", "Retention.Totals", "Cities", "CountryOnly", "Former"}

// leaves returns the names of a struct's fields, of those that are structs of ours with theirs.
func leaves(t reflect.Type) (names []string) {
	for f := range t.Fields() {
		if f.Type.Kind() == reflect.Struct && (f.Name == "Retention" || f.Name == "Notice" || f.Name == "Operator") {
			for _, name := range leaves(f.Type) {
				names = append(names, f.Name+"."+name)
			}
			continue
		}
		names = append(names, f.Name)
	}
	return names
}

// Whatever is set differently, the hash of the configuration and the text of a document are others, what changed is named, and every language has it. A new
// setting fails here until the documents tell of it, or unsaid says why they don't.
func TestDocumentsFollowTheConfiguration(t *testing.T) {
	info, in := usual()
	before := FactsOf(info, in)
	was := texts(t, before)
	check := func(name string, now Facts) {
		t.Helper()
		if now.Hash() == before.Hash() {
			t.Errorf("%s: the hash is the same", name)
		}
		if len(now.ChangesSince(before)) == 0 && name != "Domain" {
			t.Errorf("%s: nothing is named that changed", name)
		}
		changed := map[string][]string{}
		for document, text := range texts(t, now) {
			if text != was[document] {
				kind, lang, _ := strings.Cut(document, ".")
				changed[kind] = append(changed[kind], lang)
			}
		}
		delete(changed, "data-map")
		if len(changed) == 0 {
			t.Errorf("%s: no document says anything else", name)
		}
		for _, d := range append(slices.Clone(Documents), pageText) {
			if langs := changed[d.Name]; len(langs) > 0 && len(langs) != len(d.Languages) {
				t.Errorf("%s: %s changed in %v only", name, d.Name, langs)
			}
		}
		if cares := slices.Contains(visitorsCare, name); cares != (len(changed[pageText.Name]) > 0) {
			t.Errorf("%s: the page for visitors says something else: %v", name, !cares)
		}
	}
	for _, name := range append(leaves(reflect.TypeFor[store.SiteSettings]()), "Mode", "Zone", "Domain") {
		set := settings[name]
		if set == nil {
			if unsaid[name] == "" {
				t.Errorf("no document tells of the setting %s: see FactsOf, and settings here", name)
			}
			continue
		}
		changed := info
		set(&changed)
		check(name, FactsOf(changed, in))
	}
	for _, name := range leaves(reflect.TypeFor[Instance]()) {
		if instances[name] == nil {
			t.Errorf("no document tells of the instance's %s", name)
			continue
		}
		changed := in
		instances[name](&changed)
		check(name, FactsOf(info, changed))
	}
	info.Mode = "cookieless"
	before = FactsOf(info, in)
	was = texts(t, before)
	former := before
	former.Former = "2027-12-31"
	check("Former", former)
	info, in = usual()
	before = FactsOf(info, in)
	again := FactsOf(info, in)
	if again.Hash() != before.Hash() || len(again.ChangesSince(before)) > 0 {
		t.Error("what is set the same is another configuration")
	}
}

// configurations are sites that differ in all that makes a paragraph come or go.
func configurations() (all []Facts) {
	for _, mode := range account.Modes {
		for _, full := range []bool{false, true} {
			for _, basis := range []string{"", "interest", "consent", "exemption"} {
				info, in := usual()
				info.Mode, info.Settings.NoLinks, info.Settings.Notice.Basis = mode, !full, basis
				if full {
					for _, set := range settings {
						before := info
						set(&info)
						info.Mode, info.Domain, info.Settings.NoLinks, info.Settings.Notice.Basis = before.Mode, before.Domain, false, basis
					}
					for _, set := range instances {
						set(&in)
					}
				} else {
					info.Settings.Floor = 1
				}
				f := FactsOf(info, in)
				if full && !f.Cookie() {
					f.Former = "2027-12-31"
				}
				all = append(all, f)
			}
		}
	}
	return all
}

// shape returns what a text consists of: its headings, paragraphs, lists and tables with how many items, rows and cells each has.
func shape(text string) (list []string) {
	for _, b := range Blocks(text) {
		s := fmt.Sprintf("%d %d", b.Level, len(b.Items))
		for _, row := range b.Rows {
			s += fmt.Sprintf(" %d", len(row))
		}
		list = append(list, s)
	}
	return list
}

// Every language has every paragraph, item and row that the first one has, whatever is set, and none is left unfilled.
func TestEveryLanguageSaysTheSame(t *testing.T) {
	for _, f := range configurations() {
		all := texts(t, f)
		for _, d := range append(slices.Clone(Documents), pageText) {
			first, there := all[d.Name+"."+d.Languages[0]]
			if !there {
				continue
			}
			for _, lang := range d.Languages {
				text := all[d.Name+"."+lang]
				if !slices.Equal(shape(text), shape(first)) {
					t.Errorf("%s (%s) of mode %s in %s is of another shape:\n%s\n%s", d.Name, f.Notice.Basis, f.Mode, lang, shape(first), shape(text))
				}
				if strings.Contains(text, "<no value>") || strings.Contains(text, "%!") || strings.Contains(text, "{{") {
					t.Errorf("%s in %s: something is not filled in: %s", d.Name, lang, text)
				}
			}
		}
		for _, kind := range account.StatementKinds {
			en, err := Draft(kind, "en", f.Instance)
			de, err2 := Draft(kind, "de", f.Instance)
			if err != nil || err2 != nil || !slices.Equal(shape(en), shape(de)) {
				t.Errorf("%s: %v %v\n%s\n%s", kind, err, err2, shape(en), shape(de))
			}
		}
		for _, lang := range Processor.Languages {
			if _, err := ProcessorText(f.Instance, []Client{{"Acme", []string{"shop.example"}}}, lang, Edition{}); err != nil {
				t.Error(err)
			}
		}
	}
}

// A document names nothing that is off.
func TestNothingIsNamedThatIsOff(t *testing.T) {
	words := []struct {
		off  string
		set  func(*store.SiteInfo, *Instance)
		find string // in any language, in any document but the data map, which has every column there is
	}{
		{"links", func(s *store.SiteInfo, _ *Instance) { s.Settings.NoLinks = true }, `(?i)downloads?\b|téléchargement|descargas?\b`},
		{"forms", func(*store.SiteInfo, *Instance) {}, `(?i)\b(a form was|forms, without)|formular|formulaire a|un formulario`},
		{"search", func(*store.SiteInfo, *Instance) {}, `(?i)searched for on|gesucht wird|suchbegriff|recherché sur ce|se busca en`},
		{"cities", func(s *store.SiteInfo, _ *Instance) { s.Settings.CountryOnly = true },
			`(?i)region and city|region, city|Region und Stadt|Region, Stadt|région et|région, |región y|país, región`},
		{"consent", func(*store.SiteInfo, *Instance) {}, `(?i)before you agree|bevor Sie einwilligen|avant votre accord|antes de que usted`},
		{"cookie", func(s *store.SiteInfo, _ *Instance) { s.Mode = "cookieless" }, "`_sp`"},
		{"numbers of earlier visitors", func(s *store.SiteInfo, _ *Instance) { s.Mode = "cookieless" }, `(?i)earlier visit|früherer? |antérieur|anterior`},
		{"customers", func(*store.SiteInfo, *Instance) {}, `(?i)as our processor|Auftragsverarbeiter \(Art|sous-traitant \(article|encargado del tratamiento \(`},
		{"rate limit", func(_ *store.SiteInfo, i *Instance) { i.RateLimit = 0 }, `(?i)hits a second|Treffer je Sekunde`},
		{"floor", func(s *store.SiteInfo, _ *Instance) { s.Settings.Floor = 1 }, `(?i)fewer than \d|weniger als \d|moins de \d|menos de \d`},
		{"excluded pages", func(*store.SiteInfo, *Instance) {}, `(?i)not counted at all|gar nicht gezählt`},
	}
	for _, row := range words {
		info, in := usual()
		row.set(&info, &in)
		find := regexp.MustCompile(row.find)
		for name, text := range texts(t, FactsOf(info, in)) {
			if found := find.FindString(text); found != "" && !strings.HasPrefix(name, "data-map") && !strings.Contains(name, "self-assessment") {
				t.Errorf("%s is off, and %s says %q", row.off, name, found)
			}
		}
		seen := false // where it is on, the words are there: otherwise nothing is looked for
		for _, f := range configurations() {
			for _, text := range texts(t, f) {
				seen = seen || find.MatchString(text)
			}
		}
		if !seen {
			t.Errorf("%s: no document ever says %s", row.off, row.find)
		}
	}
}

// What a document says in one place it doesn't take back in another, and it names the basis of all that is done.
func TestNoDocumentContradictsItself(t *testing.T) {
	for _, row := range []struct {
		why         string
		mode        string
		early       bool
		basis       string
		document    string
		says, never string // expressions; empty: none
	}{
		{"nothing is sent before consent, so the picture counts nothing and no visit is without consent", "consent", false, "", "policy.en", `script is loaded but sends nothing`, `counting picture|Visits without the cookie are|You may object`},
		{"the same in German", "consent", false, "", "policy.de", `das Skript geladen, sendet aber nichts`, `Zählbild|Besuche ohne das Cookie werden|Angabe von Gründen`},
		{"the same in French", "consent", false, "", "policy.fr", `le script est chargé mais n'envoie rien`, `image de comptage|Les visites sans le cookie sont|sans donner de raison`},
		{"the same in Spanish", "consent", false, "", "policy.es", `el script se carga pero no envía nada`, `imagen de conteo|Las visitas sin la cookie se|sin dar razones`},
		{"what goes on after a withdrawal, and that the visit is joined", "consent", true, "", "policy.en", `from its beginning(?s:.*)counted without a cookie again(?s:.*)You may object`, `sends nothing more`},
		{"visits before consent have a basis too", "consent", true, "", "record.en", `consent, Article 6\(1\)\(a\); of what is counted before it`, ``},
		{"in German", "consent", true, "", "record.de", `Einwilligung, Art. 6 Abs. 1 Buchst. a; für das, was vorher`, ``},
		{"who is asked for the cookie is not told that nobody needs to be asked", "consent", false, "exemption", "policy.en", `only with your consent`, `exemption of audience`},
		{"nor in the record", "consent", false, "exemption", "record.de", `das Cookie nur mit Einwilligung`, `Ausnahme`},
		{"a cookie on legitimate interest alone is a gap that the owner has to fill", "cookie", false, "interest", "policy.en", `\[for the cookie: what allows it`, ``},
		{"and in French", "cookie", false, "interest", "policy.fr", `\[pour le cookie : ce qui le permet`, ``},
		{"without a cookie there is no gap", "cookieless", false, "interest", "policy.es", `No se almacena nada en su dispositivo`, `\[para la cookie`},
		{"consent alone is withdrawn, not objected to", "cookie", false, "consent", "policy.en", `withdraw it at any time, where you gave it`, `You may object`},
		{"what can't be looked up can't be seen there either", "cookieless", false, "", "agreement.en", `Visitors object at`, `see, erase`},
		{"an erased visitor leaves a number for a while", "cookie", false, "", "kept.en", `of an erased visitor only the number[^\n]*35 days`, ``},
		{"where nobody is recognised there is none", "cookieless", false, "", "kept.en", ``, `erased visitor|was here before`},
		{"who asks needs no exemption", "consent", false, "", "self-assessment.fr", `n'a donc pas besoin d'exemption`, ``},
		{"of whoever refuses", "consent", true, "", "screening.en", `No cookie before consent; browsers that send`, ``},
	} {
		info, in := usual()
		info.Mode, info.Settings.Early, info.Settings.Notice.Basis = row.mode, row.early, row.basis
		in.Shared = true
		text := texts(t, FactsOf(info, in))[row.document]
		if !regexp.MustCompile(row.says).MatchString(text) || row.never != "" && regexp.MustCompile(row.never).MatchString(text) {
			t.Errorf("%s: %s says not %q, or does say %q:\n%s", row.why, row.document, row.says, row.never, text)
		}
	}
}

// The tests that the self-assessment names are there, and the cookie lives as long as the documents say.
func TestDocumentsNameWhatThereIs(t *testing.T) {
	info, in := usual()
	out, err := exec.Command("grep", "-rhoE", `^func Test\w+`, "..", "--include=*_test.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	there := strings.Fields(string(out))
	for name, text := range texts(t, FactsOf(info, in)) {
		if !strings.HasPrefix(name, "self-assessment") {
			continue
		}
		named := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(text, -1)
		if rows := strings.Count(text, "\n| ") - 1; rows != 14 || len(named) < 14 {
			t.Errorf("%s has %d rows and %d tests", name, rows, len(named))
		}
		for _, m := range named {
			if !slices.Contains(there, m[1]) {
				t.Errorf("%s names the test %s, which is not there", name, m[1])
			}
		}
	}
	tracker, err := os.ReadFile("../../tracker.js")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(tracker), "34128e3") || 34128e3 != 395*86400 || cookieMonths != 13 {
		t.Error("the documents say that the cookie lives 13 months, 395 days; the tracker does not")
	}
}

// The text on a site is outdated when it would say something else, and only then.
func TestOutdated(t *testing.T) {
	info, in := usual()
	published := Published{Facts: FactsOf(info, in)}
	for _, row := range []struct {
		why  string
		set  func(*store.SiteInfo)
		old  bool
		name string
	}{
		{"nothing changed", func(*store.SiteInfo) {}, false, ""},
		{"the text does not tell of excluded pages", settings["Excluded"], false, ""},
		{"another mode", settings["Mode"], true, "How visitors are recognised: cookie → cookieless"},
		{"kept longer", settings["Retention.Visits"], true, "Visits: 25 months → 30 months"},
	} {
		now := info
		row.set(&now)
		old, changes, err := published.Outdated(FactsOf(now, in))
		named := ""
		for _, c := range changes {
			named += fmt.Sprintf("%s: %s → %s", c.Name, c.Was, c.Is)
		}
		if err != nil || old != row.old || named != row.name {
			t.Errorf("%s: %v, %q, %v", row.why, old, named, err)
		}
	}
	revised := published.Facts
	revised.Revision++
	if old, changes, err := published.Outdated(revised); !old || len(changes) != 1 || err != nil {
		t.Errorf("a new revision of the text: %v %v %v", old, changes, err)
	}
}

// What people type stays what it is: it ends no cell, no line and begins no heading.
func TestTypedTextStaysInItsPlace(t *testing.T) {
	info, in := usual()
	plain := FactsOf(info, in)
	plain.Notice.Controller = "Acme"
	typed := plain
	typed.Notice.Controller = "Acme | `Ltd`\n\n# Heading\n- item | 2"
	a, b := texts(t, plain), texts(t, typed)
	for name := range a {
		if !slices.Equal(shape(a[name]), shape(b[name])) {
			t.Errorf("%s is of another shape:\n%s", name, b[name])
		}
	}
	found := false
	for _, block := range Blocks(b["record.en"]) {
		for _, row := range block.Rows {
			for _, s := range row[len(row)-1] {
				found = found || s.Text == "Acme | 'Ltd' # Heading - item | 2"
			}
		}
	}
	if !found {
		t.Errorf("the name is not in the record: %s", b["record.en"])
	}
}

func TestCompare(t *testing.T) {
	for _, row := range []struct{ was, is, want string }{
		{"a\n\nb", "a\n\nb", " a  b"},
		{"a\n\nb\n\nc", "a\n\nx\n\nc", " a -b +x  c"},
		{"", "a", "+a"},
		{"a\n\nb", "b\n\na\n\nb", "+b  a  b"},
		{"# T\na", "# T\n\na\n\n- x\n- y", " T  a +"},
	} {
		var got []string
		for _, p := range Compare(row.was, row.is) {
			mark := " "
			if p.Gone {
				mark = "-"
			}
			if p.New {
				mark = "+"
			}
			for _, s := range p.Text {
				mark += s.Text
			}
			got = append(got, mark)
		}
		if g := strings.Join(got, " "); g != row.want {
			t.Errorf("%q and %q: %q, want %q", row.was, row.is, g, row.want)
		}
	}
}

func FuzzBlocks(f *testing.F) {
	for _, seed := range []string{"# a\n\n- b\n- c\n\n| d | e |\n|---|---|\n| f \\| g | `h` |", "|\n|\n|", "####\n#", "[a] https://x.example/."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, b := range Blocks(text) {
			if b.Rows != nil && len(b.Rows) < 2 {
				t.Errorf("%q has a table without a row", text)
			}
		}
	})
}
