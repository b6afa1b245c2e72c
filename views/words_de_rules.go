package views

import "maps"

func init() { maps.Copy(textsDE, rulesDE) }

// rulesDE are the German texts of the rules of what is counted, and of the ledger of what was not.
var rulesDE = map[string]string{
	// rules
	"Pages and visits that count": "Was gezählt wird",
	"What %s counts and what not": "Was %s zählt und was nicht",
	"Rules hold from the next hit on: what was counted before stays as it is.": "Regeln gelten ab dem nächsten Aufruf: Was vorher gezählt wurde, bleibt, wie es ist.",
	"Pages counted as one": "Seiten, die als eine zählen",
	"One pattern a line, as /order/*; * stays within a level, ** crosses levels. A page counts under the first pattern that it fits, without a title and a query of its own.": "Ein Muster je Zeile, etwa /order/*; * bleibt auf einer Ebene, ** geht über Ebenen hinweg. Eine Seite zählt unter dem ersten Muster, das auf sie passt, ohne eigenen Titel und eigene Abfrage.",
	"Countries that are not counted":         "Länder, die nicht gezählt werden",
	"One a line, by name or by code, as DE.": "Eines je Zeile, als Name oder Kürzel, etwa DE.",
	"Networks that are not counted":          "Netze, die nicht gezählt werden",
	"One a line, as 203.0.113.0/24. A single address, or a network finer than /24 (IPv6: /48), is kept as the /24 or /48 around it, so that no single address stands in a file.": "Eines je Zeile, etwa 203.0.113.0/24. Eine einzelne Adresse oder ein Netz feiner als /24 (IPv6: /48) wird als das /24 oder /48 darum behalten, damit keine einzelne Adresse in einer Datei steht.",
	"Show what it would have changed":                       "Zeigen, was das geändert hätte",
	"In the last 30 days these rules would have been about": "In den letzten 30 Tagen hätten diese Regeln betroffen",
	"What it would have changed":                            "Was das geändert hätte",
	"Rule":                                                  "Regel",
	"Such as":                                               "Zum Beispiel",
	"as one: %s":                                            "als eine: %s",
	"not counted: %s":                                       "nicht gezählt: %s",
	"No pages and no countries: there is no such rule.":        "Keine Seiten und keine Länder: Es gibt keine solche Regel.",
	"Of networks nothing can be shown: no addresses are kept.": "Zu Netzen lässt sich nichts zeigen: Adressen werden nicht behalten.",
	"Nothing is saved yet.":                                    "Noch ist nichts gespeichert.",
	"%s and %s more":                                           "%s und %s weitere",
	"“%s” is no country's code.":                               "„%s“ ist kein Kürzel eines Landes.",
	"The codes are those of ISO 3166-1, such as DE, US or GB.": "Die Kürzel sind die von ISO 3166-1, etwa DE, US oder GB.",
	"%s is no code of a country.":                              "%s ist kein Land.",
	"It has two letters, such as DE or US (ISO 3166-1).":       "Schreiben Sie seinen Namen oder sein Kürzel mit zwei Buchstaben, etwa DE oder US (ISO 3166-1).",
	"%s is no pattern of paths.":                               "%s ist kein Muster von Pfaden.",
	"Write it as /order/* or /archive/**, without a query.":    "Schreiben Sie es wie /order/* oder /archiv/**, ohne Abfrage.",
	"%s is no network that can be left out.":                   "%s ist kein Netz, das ausgenommen werden kann.",
	"It looks like 203.0.113.0/24 or 2001:db8:85a3::/48.":      "Es sieht aus wie 203.0.113.0/24 oder 2001:db8:85a3::/48.",
	"Write an IPv4 network as such: 203.0.113.0/24.":           "Schreiben Sie ein IPv4-Netz als solches: 203.0.113.0/24.",
	"It has everybody in it.":                                  "Alle sind darin.",

	// the owner's browser
	"Your own visits": "Ihre eigenen Besuche",
	"This link opens your site and has this browser, on this device, not counted there any more. It is kept in the browser; nothing is kept here.": "Dieser Link öffnet Ihre Website und sorgt dafür, dass dieser Browser auf diesem Gerät dort nicht mehr gezählt wird. Das wird im Browser behalten, hier nichts.",
	"This browser is mine":     "Dieser Browser ist meiner",
	"This browser is mine: %s": "Dieser Browser ist meiner: %s",

	// rare paths
	"Rare paths, please check": "Seltene Pfade, bitte prüfen",
	"In the last 7 days there were no new paths that only few page views had.":                                                                       "In den letzten 7 Tagen gab es keine neuen Pfade, die nur wenige Seitenaufrufe hatten.",
	"New in the last 7 days, with four page views at most. A name in a path can't be recognised as one: is there something that should not be kept?": "Neu in den letzten 7 Tagen, mit höchstens vier Seitenaufrufen. Ein Name in einem Pfad ist nicht als solcher zu erkennen: Ist etwas dabei, das nicht behalten werden sollte?",
	"%s new, %s page views": "%s neu, %s Seitenaufrufe",
	"Leave out":             "Ausnehmen",
	"Leave %s out":          "%s ausnehmen",
	"Count %s as one":       "%s als eine zählen",
}
