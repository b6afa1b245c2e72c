package views

import (
	"strings"
)

// regionsDE are what German calls the regions of the countries where it is spoken, and those that the repository names: it has English names of all others.
const regionsDE = `
at1 Burgenland
at2 Kärnten
at3 Niederösterreich
at4 Oberösterreich
at5 Salzburg
at6 Steiermark
at7 Tirol
at8 Vorarlberg
at9 Wien
chag Aargau
chai Appenzell Innerrhoden
char Appenzell Ausserrhoden
chbe Bern
chbl Basel-Landschaft
chbs Basel-Stadt
chfr Freiburg
chge Genf
chgl Glarus
chgr Graubünden
chju Jura
chlu Luzern
chne Neuenburg
chnw Nidwalden
chow Obwalden
chsg St. Gallen
chsh Schaffhausen
chso Solothurn
chsz Schwyz
chtg Thurgau
chti Tessin
chur Uri
chvd Waadt
chvs Wallis
chzg Zug
chzh Zürich
debb Brandenburg
debe Berlin
debw Baden-Württemberg
deby Bayern
dehb Bremen
dehe Hessen
dehh Hamburg
demv Mecklenburg-Vorpommern
deni Niedersachsen
denw Nordrhein-Westfalen
derp Rheinland-Pfalz
desh Schleswig-Holstein
desl Saarland
desn Sachsen
dest Sachsen-Anhalt
deth Thüringen
gbeng England
gbsct Schottland
gbwls Wales
it32 Trentino-Südtirol
`

// regionTexts are the names of regions, the language's own first.
func (w *Words) regionTexts() []string {
	if w != nil && w.Lang == "de" {
		return []string{regionsDE, regionNames}
	}
	return []string{regionNames}
}

// regionName names a region by its ISO 3166-2 code: "Bavaria, Germany" of DE-BY, and of one that has no name "DE-XX, Germany".
func (w *Words) regionName(code string) (string, bool) {
	country, part, ok := strings.Cut(code, "-")
	if !ok || part == "" || w.or().Countries[country] == "" {
		return "", false
	}
	name := code
	key := "\n" + strings.ToLower(country+part) + " "
	for _, text := range w.regionTexts() {
		if at := strings.Index(text, key); at >= 0 { // read where it stands: as a map the names would take 1 MB of memory
			name, _, _ = strings.Cut(text[at+len(key):], "\n")
			break
		}
	}
	return name + ", " + w.or().Countries[country], true
}

// knowsRegion reports whether a text is the code of a region that has a name.
func (w *Words) knowsRegion(code string) bool {
	name, ok := w.regionName(code)
	return ok && !strings.HasPrefix(name, code+",")
}

// regionCodes returns the codes of the regions whose name matches.
func (w *Words) regionCodes(match func(name string) bool) (codes []string) {
	for _, text := range w.regionTexts() {
		for line := range strings.Lines(text) {
			key, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			if len(key) > 2 && match(name) {
				codes = append(codes, strings.ToUpper(key[:2]+"-"+key[2:]))
			}
		}
	}
	return codes
}
