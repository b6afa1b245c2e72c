package views

// German is every text in German; who reads is addressed as “Sie”.
var German = &Words{Lang: "de", Name: "Deutsch", Texts: textsDE, Marks: [2]string{"„", "“"}, locale: localeDE}

// textsDE are the German texts by the English ones. Verbs of package fmt stand in the order of the English text. These are
// those of the frame around all pages; each words_de_*.go adds those of its area.
var textsDE = map[string]string{
	// dates and differences
	"Week of %s": "Woche ab %s",
	"%s pts":     "%s Pkt.",

	// keyboard
	"Keyboard": "Tastatur",
	"Keys work while nothing is being typed.":  "Die Tasten wirken, solange nirgends getippt wird.",
	"Earlier or later":                         "Früher oder später",
	"Comparison on or off":                     "Vergleich an oder aus",
	"Interval of the chart":                    "Zeitschritt des Diagramms",
	"Everywhere":                               "Überall",
	"Your first nine sites, pinned ones first": "Ihre ersten neun Websites, angeheftete zuerst",
	"Search, or filter":                        "Suchen oder filtern",
	"Close, or remove all filters":             "Schließen oder alle Filter entfernen",
	"Copy the link to this page":               "Link zu dieser Seite kopieren",
	"This help":                                "Diese Hilfe",
	"The link is copied.":                      "Der Link ist kopiert.",
	"Close":                                    "Schließen",
	"Period":                                   "Zeitraum",

	// pages of a site
	"Pages of %s": "Seiten von %s",
	"Overview":    "Überblick",
	"Funnels":     "Trichter",
	"Journeys":    "Wege",
	"Retention":   "Wiederkehr",
	"Realtime":    "Echtzeit",

	// frame
	"Skip to the content":                           "Zum Inhalt springen",
	"Sandprint counts visits and forgets visitors.": "Sandprint zählt Besuche und vergisst Besucher.",
	"Sandprint, all sites":                          "Sandprint, alle Websites",
	"Menu":                                          "Menü",
	"Settings":                                      "Einstellungen",
	"Settings of %s":                                "Einstellungen von %s",
	"Theme":                                         "Farben",
	"Light":                                         "Hell",
	"Dark":                                          "Dunkel",
	"Sign in":                                       "Anmelden",
	"Sign out":                                      "Abmelden",
	"Password forgotten? Who runs this instance makes a link to set a new one:": "Passwort vergessen? Wer diese Instanz betreibt, erzeugt einen Link für ein neues:",
	"Set your password":        "Passwort festlegen",
	"E-mail":                   "E-Mail",
	"Set password and sign in": "Passwort festlegen und anmelden",
	"This link works once. Where you were signed in before, you will be signed out.": "Dieser Link gilt einmal. Wo Sie vorher angemeldet waren, werden Sie abgemeldet.",
	"New password": "Neues Passwort",
	"At least 12 characters; a few words are easier to keep than signs.": "Mindestens 12 Zeichen; einige Wörter merken sich leichter als Zeichen.",
}
