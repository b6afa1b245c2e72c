package account

import (
	"cmp"
	"slices"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Preset is a named choice of the settings that a country's rules are about.
type Preset struct {
	Name          string
	Mode          string
	Keys, Visits  int // months that visitors are recognised for, and that visits are kept for
	SmallestGroup int
	CountryOnly   bool // neither region nor city is kept
}

// Presets are all that there are, the default first. The reasons stand with the page that offers them (views/preset.go).
var Presets = []Preset{
	{"standard", "cookie", 13, 25, 5, false},
	{"strict", "cookieless", 13, 13, 10, true},
	{"de", "cookieless", 13, 25, 5, false},
	{"fr", "cookie", 13, 25, 5, true},
	{"es", "cookie", 13, 25, 5, true},
	{"uk", "cookie", 13, 25, 5, false},
}

// PresetNamed returns a preset by its name, or says which there are.
func PresetNamed(name string) (Preset, error) {
	i := slices.IndexFunc(Presets, func(p Preset) bool { return p.Name == name })
	if i < 0 {
		return Preset{}, problem.BadField("preset", "bad_preset", "There is no preset "+quote(name)+".").
			WithHint("There are standard, strict, de, fr, es and uk.")
	}
	return Presets[i], nil
}

// Apply sets what the preset is about, and remembers its name.
func (p Preset) Apply(site *SiteInfo) {
	site.Mode = p.Mode
	set := &site.Settings
	set.Preset, set.Early, set.Floor, set.CountryOnly = p.Name, false, p.SmallestGroup, p.CountryOnly
	set.Retention.Keys, set.Retention.Visits = p.Keys, p.Visits
}

// Holds reports whether a site still has all values of the preset.
func (p Preset) Holds(site SiteInfo) bool {
	wanted := site
	p.Apply(&wanted)
	is, want := site.Settings.Retention.OrDefault(), wanted.Settings.Retention.OrDefault()
	return site.Mode == wanted.Mode && site.Settings.Early == wanted.Settings.Early && site.Settings.CountryOnly == wanted.Settings.CountryOnly &&
		cmp.Or(site.Settings.Floor, store.DefaultFloor) == wanted.Settings.Floor &&
		is.Keys == want.Keys && is.Visits == want.Visits
}

// PresetOf returns the preset that was chosen for a site, and whether it still has all its values. Chosen is false where none was.
func PresetOf(site SiteInfo) (p Preset, unchanged, chosen bool) {
	p, err := PresetNamed(site.Settings.Preset)
	return p, err == nil && p.Holds(site), err == nil
}
